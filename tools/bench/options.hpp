// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace warpevm::tools {

/// What `bench` is asked to do.
struct BenchOptions {
    std::vector<std::string> workloads;
    bool list = false;
    /// Where the interpreter cases lie (the workload `evm`).
    std::string cases = "build/data/evm-benchmarks";
    /// Batches per case; the medians are over these.
    unsigned repeat = 31;
    /// CPU time of one batch, in milliseconds.
    unsigned batch_ms = 10;
    /// Transactions of a generated block, and its seed.
    unsigned txs = 1000;
    uint64_t seed = 1;
    /// Folders of real blocks (the workload `blocks`).
    std::string blocks = "build/data/blocks";
};

}  // namespace warpevm::tools
