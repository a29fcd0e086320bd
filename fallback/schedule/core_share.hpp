// SPDX-License-Identifier: Apache-2.0
// Whether threads that have work are given cores. A virtual machine's cores may be lent to others, two
// threads may have been put on one core, or the process may have fewer cores than threads: then speculation
// takes from the walk what it gives. The operating system's account of each thread tells.
#pragma once

#include <atomic>
#include <cstdint>

#include "fallback/schedule/parallel_tuning.hpp"

namespace warpevm {

/// Of one context. Threads report how they fared; the walk asks. Where the operating system keeps no account
/// by thread, cores count as given.
class CoreShare {
  public:
    /// A stretch in which a thread had work all the time.
    class Stretch {
      public:
        /// The walk's, while it is alone, tell of waiting only: it need not share its core.
        enum class Of : uint8_t { walk_alone, caller, helper };
        explicit Stretch(Of whose) : m_whose(whose) { restart(); }
        void restart();

      private:
        friend CoreShare;
        Of m_whose;
        parallel::Clock::time_point m_begin;
        double m_used = 0;     ///< seconds of a core, since the thread began
        uint64_t m_waits = 0;  ///< of the thread's own will, likewise
    };

    /// Reports a stretch that is long enough to tell something, and begins the next one. Stretches in which
    /// the thread waited for something (the state view, say) tell of that alone.
    void note(Stretch& stretch);
    /// Before the thread waits: what follows is no work.
    void note_end(const Stretch& stretch);

    /// A thread has come that was called at `called`, at once where there is a core for it.
    void note_arrival(parallel::Clock::time_point called);

    /// Whether `threads` have had so few cores lately that one thread does as well. Where they did, that is
    /// believed for a while, and longer each time. One thread alone can't tell: nothing is said before
    /// helpers had work, too. Where threads wait of their own will for longer than they work, cores don't
    /// matter. Asked by the walk alone.
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
