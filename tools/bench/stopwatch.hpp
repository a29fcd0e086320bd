// SPDX-License-Identifier: Apache-2.0
// Wall and CPU time of one execution, however short.
#pragma once

#include <time.h>

#include <chrono>
#include <functional>
#include <vector>

namespace warpevm::tools {

struct Timing {
    double seconds = 0;
    /// Of all threads of this process.
    double cpu_seconds = 0;

    [[nodiscard]] double cores_busy() const { return cpu_seconds / seconds; }
};

/// Runs from its construction on.
class Stopwatch {
  public:
    Stopwatch();
    [[nodiscard]] Timing elapsed() const;

  private:
    [[nodiscard]] double cpu_now() const;

    /// The clocks of the threads that there were at the start.
    std::vector<clockid_t> m_threads;
    double m_cpu_start;
    std::chrono::steady_clock::time_point m_start;
};

/// What `work` takes.
Timing time_of(const std::function<void()>& work);

}  // namespace warpevm::tools
