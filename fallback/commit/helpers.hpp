// SPDX-License-Identifier: Apache-2.0
// The worker threads of a block: called when there is work for them, dismissed when it ends. A thread that
// has not arrived by then is not waited for: where cores are few that would take milliseconds.
#pragma once

#include <tbb/task_arena.h>
#include <tbb/task_group.h>

#include <atomic>
#include <cstdint>
#include <functional>

#include "fallback/commit/tsan.hpp"
#include "fallback/schedule/core_share.hpp"

namespace warpevm {

/// Of one context, whose arena they come from. Called and dismissed by one thread at a time.
class Helpers {
  public:
    Helpers(tbb::task_arena& arena, CoreShare& cores) : m_arena(arena), m_cores(cores) {}
    ~Helpers();
    Helpers(const Helpers&) = delete;
    Helpers& operator=(const Helpers&) = delete;

    /// Calls `count` threads, or as many as there is memory for, each to do `work` once, which must not
    /// throw. From within the arena, and dismissed before the next call.
    void call(unsigned count, std::function<void()> work) noexcept;
    /// Waits for those at work. One that arrives later finds nothing to do.
    void dismiss() noexcept;

  private:
    void help() noexcept;
    bool enter();
    void leave();

    static constexpr uint32_t open = uint32_t{1} << 31;

    tbb::task_arena& m_arena;
    CoreShare& m_cores;
    /// Of its own: what a caller cancels is none of theirs, and their tasks may outlive the caller's.
    tbb::task_group_context m_tasks_context{tbb::task_group_context::isolated};
    tbb::task_group m_tasks{m_tasks_context};
    HandOver m_hand_over;  ///< of m_tasks
    std::function<void()> m_work;
    parallel::Clock::time_point m_called{};
    std::atomic<uint32_t> m_on_the_way{0};  ///< tasks that no thread has begun
    std::atomic<uint32_t> m_at_work{0};     ///< how many, and `open` while more may begin
};

}  // namespace warpevm
