// SPDX-License-Identifier: Apache-2.0
// What the threads of a window share.
#pragma once

#include <atomic>
#include <exception>
#include <map>
#include <mutex>
#include <string>

#include "fallback/commit/context.hpp"
#include "fallback/commit/parking.hpp"
#include "fallback/commit/pieces.hpp"
#include "fallback/commit/published.hpp"
#include "fallback/commit/sealing.hpp"
#include "fallback/commit/window_order.hpp"
#include "fallback/schedule/schedule.hpp"

namespace warpevm {

/// Of a clock that never goes back.
double clock_seconds();

/// What borrowers gave back, counted by block and by reason. By any thread.
class GivenBackCounts {
  public:
    using Reasons = std::map<std::string, uint64_t>;
    void add(uint32_t block, std::string_view why) {
        const std::lock_guard held(m_lock);
        ++m_counts[block][std::string(why)];
    }
    Reasons take(uint32_t block) {
        const std::lock_guard held(m_lock);
        return std::move(m_counts[block]);
    }

  private:
    SpinLock m_lock;
    std::map<uint32_t, Reasons> m_counts;
};

/// Readers of estimates, and how far the commit loop has come.
class SuspendedReaders {
  public:
    /// Until the transaction `index` at `position` has committed, or there is another incarnation of it;
    /// false where neither will be.
    bool wait_for(Position position, uint32_t index, ScheduleProgress& progress) {
        for (;;) {
            const uint32_t seen = m_parking.ticket();
            if (m_committed.load(std::memory_order_acquire) >= position) return true;
            if (progress.claims().stage(index) == Claims::Stage::done) return true;
            if (progress.over()) return false;
            m_parking.park(seen);
        }
    }
    /// By the commit loop, which then wakes all, if there ever was an estimate of its.
    void committed(Position position) { m_committed.store(position, std::memory_order_release); }
    void wake_all() noexcept { m_parking.wake_all(); }

  private:
    std::atomic<Position> m_committed{0};
    Parking m_parking;
};

struct Window {
    Window(ParallelContext::Parts& its_parts, std::span<const BlockInput> blocks,
           const ExecutionOptions& its_options);
    Window(const Window&) = delete;
    Window& operator=(const Window&) = delete;
    ~Window() {
        published.clear();
        parts.take_all_back();
    }

    /// Ends it early. By any thread.
    void stop() noexcept {
        progress.stop();
        wake_all();
    }
    /// Whoever waits looks again.
    void wake_all() noexcept {
        idle.wake_all();
        suspended.wake_all();
    }
    [[nodiscard]] bool may_assume() const {
        return options.on_missing_state == OnMissingState::assume_absent;
    }
    /// A test may dwell here.
    void hand_over() const {
        if (parts.settings.at_hand_over) parts.settings.at_hand_over();
    }

    ParallelContext::Parts& parts;
    const ExecutionOptions& options;
    const WindowOrder order;
    ScheduleProgress progress;
    Published published;
    Parking idle;  ///< workers that have nothing to do
    SuspendedReaders suspended;
    Pieces pieces;
    const ForEach for_each;  ///< with whoever is idle
    Sealing sealing;
    GivenBackCounts given_back;
};

}  // namespace warpevm
