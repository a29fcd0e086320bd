// SPDX-License-Identifier: Apache-2.0
// The worker threads of a window: called one by one when there is work for them, dismissed when it ends. A
// thread that has not arrived by then is not waited for: where cores are few that would take milliseconds.
#pragma once

#include <tbb/task_arena.h>
#include <tbb/task_group.h>

#include <atomic>
#include <cstdint>
#include <functional>

#include "fallback/commit/tsan.hpp"

namespace warpevm {

/// Of one context, whose arena they come from.
class Helpers {
  public:
    explicit Helpers(tbb::task_arena& arena) : m_arena(arena) {}
    ~Helpers();
    Helpers(const Helpers&) = delete;
    Helpers& operator=(const Helpers&) = delete;

    /// From here on `call` calls threads, `most` of them at most, each to do `work` once, which must not
    /// throw.
    void begin(unsigned most, std::function<void()> work);
    /// Calls one more, if that is allowed and there is memory for it. From within the arena, by any of its
    /// threads.
    void call() noexcept;
    /// Waits for those at work. One that arrives later finds nothing to do.
    void dismiss() noexcept;

  private:
    void help() noexcept;
    bool enter();
    void leave();

    static constexpr uint32_t open = uint32_t{1} << 31;

    tbb::task_arena& m_arena;
    /// Of its own: what a caller cancels is none of theirs, and their tasks may outlive the caller's.
    tbb::task_group_context m_tasks_context{tbb::task_group_context::isolated};
    tbb::task_group m_tasks{m_tasks_context};
    HandOver m_hand_over;  ///< of m_tasks
    std::function<void()> m_work;
    std::atomic<bool> m_ever_called{false};
    std::atomic<uint32_t> m_wanted{0};      ///< how many more may be called
    std::atomic<uint32_t> m_on_the_way{0};  ///< tasks that no thread has begun
    std::atomic<uint32_t> m_at_work{0};     ///< how many, and `open` while more may begin
};

}  // namespace warpevm
