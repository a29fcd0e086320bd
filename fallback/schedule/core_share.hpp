// SPDX-License-Identifier: Apache-2.0
// Whether threads that have work are scheduled on cores. A virtual machine's cores may be lent to others, two
// threads may share a core, or the process may have fewer cores than threads: then speculation takes time
// from the commit loop. Judged by the operating system's account of each thread.
#pragma once

#include <atomic>
#include <cstdint>

#include "fallback/schedule/parallel_tuning.hpp"

namespace warpevm {

/// Of one context. Threads report their stretches of work; the commit loop asks. Where the operating system
/// keeps no account by thread, there are always enough cores.
class CoreShare {
  public:
    /// A stretch in which a thread had work all the time.
    class Stretch {
      public:
        /// In a serial stretch only waiting counts: the commit loop is then the only thread at work.
        enum class Of : uint8_t { commit_alone, caller, helper };
        explicit Stretch(Of whose) : m_whose(whose) { restart(); }
        void restart();

      private:
        friend CoreShare;
        Of m_whose;
        parallel::Clock::time_point m_begin;
        double m_used = 0;     ///< seconds of a core, since the thread began
        uint64_t m_waits = 0;  ///< of the thread's own will, likewise
    };

    /// Reports a stretch, if it is long enough to measure, and begins the next one. A stretch in which the
    /// thread blocked (on the state view, say) counts as waiting only.
    void note(Stretch& stretch);
    /// Before the thread waits: what follows is no work.
    void note_end(const Stretch& stretch);

    /// A thread that was woken at `called` has arrived; where a core is free, that takes no time.
    void note_arrival(parallel::Clock::time_point called);

    /// Whether `threads` have had so few cores lately that one thread does as well. Once found, that is
    /// assumed for a while, and for twice as long each time. False until helpers had work as well, since one
    /// thread can't show it; false where threads are I/O-bound. Asked by the commit loop only.
    bool too_few(unsigned threads, parallel::Clock::time_point now);

  private:
    void add(const Stretch& stretch, parallel::Clock::time_point now);
    void forget();

    std::atomic<uint64_t> m_worked{0}, m_used{0};  ///< nanoseconds with work to do, and of cores
    std::atomic<uint64_t> m_helped{0};             ///< of m_worked, that of helpers
    /// Nanoseconds of stretches with a wait, without a core; and of cores in all others.
    std::atomic<uint64_t> m_waited{0}, m_ran{0};
    parallel::Clock::time_point m_believed_until{};
    parallel::Clock::duration m_belief{parallel::shortest_belief};
};

}  // namespace warpevm
