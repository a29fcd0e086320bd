// SPDX-License-Identifier: Apache-2.0
// Workloads of whole blocks: generated traffic, chains, and real blocks; backend cpu against serial.
#pragma once

#include <string>
#include <vector>

#include "tools/bench/measure.hpp"
#include "tools/bench/options.hpp"

namespace warpevm::tools {

struct BlockBench {
    std::string workload;
    std::string name;  ///< the block's number, or empty
    std::string error;
    unsigned threads = 1;
    uint64_t txs = 0, gas = 0;
    Timing serial, parallel;  ///< wall seconds
    /// Median of the ratios of neighbouring runs, and its 95 % interval.
    double ratio = 1, ratio_low = 1, ratio_high = 1;
    /// CPU seconds per wall second of the parallel runs.
    double cores_busy = 1;
    /// gas / critical-path gas.
    double bound = 1;
    uint64_t speculated = 0, direct = 0, repeated = 0;
};

/// What independent threads reach on this machine now: 1.9 says that two threads do 1.9 times one's work.
double calibrate(unsigned threads);

bool is_block_workload(const std::string& name);
/// Compares the outcomes first, and gives no figure where they differ.
std::vector<BlockBench> bench_blocks(const std::string& workload, const BenchOptions& options,
                                     unsigned threads);

}  // namespace warpevm::tools
