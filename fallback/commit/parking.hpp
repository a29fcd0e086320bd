// SPDX-License-Identifier: Apache-2.0
// How a thread waits until something changes (an eventcount): it takes a ticket, looks, and parks with the
// ticket where there was nothing. A change between the two is not missed.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "fallback/table/spin_lock.hpp"

namespace warpevm {

class Parking {
  public:
    [[nodiscard]] uint32_t ticket() const { return m_changes.load(std::memory_order_seq_cst); }

    /// Until something has changed since the ticket: looks on for a while, then sleeps.
    void park(uint32_t ticket) {
        using Clock = std::chrono::steady_clock;
        const Clock::time_point until = Clock::now() + looks_on;
        do {
            for (unsigned i = 0; i < 16; ++i) {
                if (m_changes.load(std::memory_order_acquire) != ticket) return;
                pause_briefly();
            }
        } while (Clock::now() < until);
        m_sleepers.fetch_add(1, std::memory_order_seq_cst);
        m_changes.wait(ticket, std::memory_order_seq_cst);
        m_sleepers.fetch_sub(1, std::memory_order_seq_cst);
    }
    /// Whoever looks on sees the change, and one sleeper is woken. False: nobody sleeps.
    bool wake_one() {
        m_changes.fetch_add(1, std::memory_order_seq_cst);
        if (m_sleepers.load(std::memory_order_seq_cst) == 0) return false;
        m_changes.notify_one();
        return true;
    }
    void wake_all() {
        m_changes.fetch_add(1, std::memory_order_seq_cst);
        if (m_sleepers.load(std::memory_order_seq_cst) != 0) m_changes.notify_all();
    }

  private:
    /// As long as a sleeper takes to wake: so waiting costs twice at most what it would cost who knew how
    /// long it takes.
    static constexpr std::chrono::microseconds looks_on{100};
    std::atomic<uint32_t> m_changes{0};
    std::atomic<uint32_t> m_sleepers{0};
};

}  // namespace warpevm
