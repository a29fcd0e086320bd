// SPDX-License-Identifier: Apache-2.0
// Timing in CPU seconds of this process, so that neighbours on a shared machine count less.
#pragma once

#include <time.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace warpevm::tools {

inline double cpu_seconds() {
    timespec t{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

/// How many executions of `once` take about `seconds`.
template <class F>
uint64_t batch_size(F&& once, double seconds) {
    for (uint64_t n = 1;; n *= 2) {
        const double start = cpu_seconds();
        for (uint64_t i = 0; i < n; ++i) once();
        const double taken = cpu_seconds() - start;
        if (taken > seconds / 4)
            return std::max<uint64_t>(1, static_cast<uint64_t>(static_cast<double>(n) * seconds / taken));
    }
}

/// Seconds of one execution in a batch of `n`.
template <class F>
double time_batch(F&& once, uint64_t n) {
    const double start = cpu_seconds();
    for (uint64_t i = 0; i < n; ++i) once();
    return (cpu_seconds() - start) / static_cast<double>(n);
}

}  // namespace warpevm::tools
