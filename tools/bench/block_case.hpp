// SPDX-License-Identifier: Apache-2.0
// One block on several executors: compared with serial, then timed in turns.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "tools/bench/race.hpp"
#include "tools/bench/result.hpp"
#include "tools/common/executors.hpp"

namespace warpevm::tools {

/// An executor started with a number of threads.
struct Runner {
    std::string name;
    unsigned threads = 1;
    Execute execute;
};

/// What is executed. All is borrowed.
struct BlockCase {
    std::string workload, name;
    uint64_t seed = 0;
    const BlockInput& input;
    const StateView& state;
    ExecutionOptions options;
    /// Compares serial's outcome with what else is known of it; empty where it is right.
    std::function<std::string(const BlockOutcome&)> check;
};

/// Execution time as CLI.md defines it. The first runner must be serial; what it answers must equal what the
/// serial executor with the plain loop answers in a fresh context, and every timed outcome must equal it too.
/// One result per runner.
std::vector<BenchResult> bench_block(const BlockCase& block, std::span<const Runner> runners, unsigned rounds,
                                     const std::function<void()>& between);

}  // namespace warpevm::tools
