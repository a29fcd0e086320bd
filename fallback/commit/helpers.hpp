// SPDX-License-Identifier: Apache-2.0
// The worker threads of a window: called one by one when there is work for them, dismissed when it ends. A
// thread that has not arrived by then is not waited for: where cores are few that would take milliseconds.
#pragma once

#include <tbb/task_arena.h>
#include <tbb/task_group.h>

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>

#include "fallback/commit/tsan.hpp"

namespace warpevm {

/// Of one context. Each helper has a place with an arena of its own: for a task in an arena of many, TBB
/// wakes as many threads as fit there, and they look around for work until they give up.
class Helpers {
  public:
    /// `most`: how many can be at work at once.
    explicit Helpers(unsigned most) : m_places(most), m_next(most) {}
    ~Helpers();
    Helpers(const Helpers&) = delete;
    Helpers& operator=(const Helpers&) = delete;

    /// From here on `call` calls threads, each to do `work` once, which must not throw. Nobody comes before
    /// the first call.
    void begin(std::function<void()> work);
    /// Calls one more, if there is one and memory for it. By any thread between `begin` and `dismiss`; the
    /// first time while no other calls.
    void call() noexcept;
    /// Waits for those at work. One that arrives later finds nothing to do.
    void dismiss() noexcept;

  private:
    struct Place {
        tbb::task_arena arena{/*max_concurrency=*/1, /*reserved_for_masters=*/0};
        /// Of its own: what a caller cancels is none of ours, and the task may outlive the caller's.
        tbb::task_group_context tasks_context{tbb::task_group_context::isolated};
        tbb::task_group tasks{tasks_context};
        std::atomic<bool> taken{false};  ///< it has a task that has not ended
    };

    void help(Place& place) noexcept;
    bool enter();
    void leave();

    static constexpr uint32_t open = uint32_t{1} << 31;

    std::deque<Place> m_places;
    HandOver m_hand_over;  ///< of the places' tasks
    std::function<void()> m_work;
    std::atomic<uint32_t> m_next;        ///< the place to call next
    std::atomic<uint32_t> m_at_work{0};  ///< how many, and `open` while more may begin
};

}  // namespace warpevm
