// SPDX-License-Identifier: Apache-2.0
// The workload `evm`: the interpreter alone, one call frame over a small in-memory state, under Istanbul
// rules.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tools/bench/measure.hpp"
#include "tools/bench/options.hpp"

namespace warpevm::tools {

/// One case's figures; `error` is set, and no figure is, where a check failed.
struct EvmCaseResult {
    std::string name;
    std::string error;
    uint64_t gas = 0;
    Timing fast;
    Timing plain;
};

/// Checks each case (as a state test, then the fast loop's output and gas against the plain loop's), then
/// times both loops in turns. Throws UsageError where the folder has no cases.
std::vector<EvmCaseResult> bench_evm(const BenchOptions& options);

}  // namespace warpevm::tools
