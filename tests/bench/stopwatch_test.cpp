// SPDX-License-Identifier: Apache-2.0
// CPU time counts all threads up to the moment of reading, however short the time is.
#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>
#include <cmath>
#include <thread>

#include "tools/bench/stopwatch.hpp"

namespace warpevm::tools {
namespace {

double read(clockid_t clock) {
    timespec t{};
    clock_gettime(clock, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

/// A thread that always runs and never reads a clock, so that it is charged when others ask or a tick comes.
class Burner {
  public:
    Burner() { pthread_getcpuclockid(m_thread.native_handle(), &m_clock); }
    ~Burner() {
        m_stop = true;
        m_thread.join();
    }
    [[nodiscard]] double cpu_seconds() const { return read(m_clock); }

  private:
    std::atomic<bool> m_stop{false};
    std::thread m_thread{[this] {
        while (!m_stop) continue;
    }};
    clockid_t m_clock{};
};

TEST(Stopwatches, CpuTimeCountsThreadsThatStillRun) {
    constexpr int rounds = 100;
    const Burner burner;
    int right = 0;
    for (int round = 0; round < rounds; ++round) {
        const double burnt = burner.cpu_seconds(), own = read(CLOCK_THREAD_CPUTIME_ID);
        const Stopwatch watch;
        const auto until = std::chrono::steady_clock::now() + std::chrono::microseconds(500);
        while (std::chrono::steady_clock::now() < until) continue;
        const double counted = watch.elapsed().cpu_seconds;
        const double all = burner.cpu_seconds() - burnt + read(CLOCK_THREAD_CPUTIME_ID) - own;
        if (std::abs(counted - all) < 0.2 * all) ++right;
    }
    // Where this thread is stopped between two readings they differ, but that is rare.
    EXPECT_GT(right, rounds / 2);
}

TEST(Stopwatches, WaitingTakesNoCpuTime) {
    const Timing taken = time_of([] { std::this_thread::sleep_for(std::chrono::milliseconds(50)); });
    EXPECT_GE(taken.seconds, 50e-3);
    EXPECT_LT(taken.cores_busy(), 0.5);
}

TEST(Stopwatches, CoresBusyIsCpuTimeByWallTime) {
    EXPECT_EQ((Timing{.seconds = 2, .cpu_seconds = 3}.cores_busy()), 1.5);
}

}  // namespace
}  // namespace warpevm::tools
