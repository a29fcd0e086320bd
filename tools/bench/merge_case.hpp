// SPDX-License-Identifier: Apache-2.0
// What it costs to merge results of a block that were computed elsewhere.
#pragma once

#include "tools/bench/workloads.hpp"

namespace warpevm::tools {

/// Seconds of one transaction, on one thread; an error where the outcome is not serial's.
struct MergeFigures {
    double processor = 0, in_order = 0;
    std::string error;
};
MergeFigures measure_merge(BenchSession& session, const BlockCase& block, unsigned rounds);

}  // namespace warpevm::tools
