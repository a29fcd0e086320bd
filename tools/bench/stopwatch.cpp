// SPDX-License-Identifier: Apache-2.0
// Linux charges a thread that runs at its scheduler's ticks, and the process's clock adds up what was
// charged: for other threads it lags by up to 4 ms, more than most blocks take. Reading a thread's own clock
// charges that thread up to now, so all are read first.
#include "tools/bench/stopwatch.hpp"

#include <charconv>
#include <filesystem>
#include <string>

#include "tools/bench/measure.hpp"

namespace warpevm::tools {
namespace {

/// As Linux numbers the CPU clock of a thread (pthread_getcpuclockid does the same, for the threads that one
/// has handles of).
clockid_t cpu_clock(int thread) {
    constexpr int per_thread = 4, by_scheduler = 2;
    return (~thread * 8) | per_thread | by_scheduler;
}

/// None where there is no /proc: then the process's clock has to do.
std::vector<clockid_t> thread_clocks() {
    std::vector<clockid_t> clocks;
    std::error_code ignored;
    const std::filesystem::directory_iterator threads("/proc/self/task", ignored);
    for (const auto& entry : threads) {
        const std::string name = entry.path().filename().string();
        int thread = 0;
        if (std::from_chars(name.data(), name.data() + name.size(), thread).ec == std::errc())
            clocks.push_back(cpu_clock(thread));
    }
    return clocks;
}

}  // namespace

// The CPU clock is read outside of the wall time, whose samples may be as short as the reading.
Stopwatch::Stopwatch()
    : m_threads(thread_clocks()), m_cpu_start(cpu_now()), m_start(std::chrono::steady_clock::now()) {}

Timing Stopwatch::elapsed() const {
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - m_start;
    return {wall.count(), cpu_now() - m_cpu_start};
}

double Stopwatch::cpu_now() const {
    timespec ignored{};
    for (const clockid_t thread : m_threads) clock_gettime(thread, &ignored);
    return cpu_seconds();
}

Timing time_of(const std::function<void()>& work) {
    const Stopwatch watch;
    work();
    return watch.elapsed();
}

}  // namespace warpevm::tools
