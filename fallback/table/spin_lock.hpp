// SPDX-License-Identifier: Apache-2.0
// A lock of four bytes for critical sections of a few nanoseconds. There may be more threads than cores, so a
// waiter soon gives its core away.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

namespace warpevm {

/// Tells the processor that this thread waits for another.
inline void pause_briefly() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

class SpinLock {
  public:
    void lock() {
        for (unsigned tries = 0; m_held.exchange(true, std::memory_order_acquire); ++tries) {
            while (m_held.load(std::memory_order_relaxed)) {
                if (++tries < 64)
                    pause_briefly();
                else
                    std::this_thread::yield();
            }
        }
    }
    bool try_lock() {
        return !m_held.load(std::memory_order_relaxed) && !m_held.exchange(true, std::memory_order_acquire);
    }
    void unlock() { m_held.store(false, std::memory_order_release); }

  private:
    std::atomic<bool> m_held{false};
};

}  // namespace warpevm
