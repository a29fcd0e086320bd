// SPDX-License-Identifier: Apache-2.0
// How parallel a block can be at best: its critical path, from what each transaction observes of earlier
// ones.
#pragma once

#include <algorithm>

#include "evm/chain/context.hpp"
#include "evm/chain/executor.hpp"

namespace warpevm {

/// A transaction depends on an earlier one where it observed what that one changed and would not have
/// observed the same at the block's start. Deferred credits to the beneficiary and other credits that no
/// transaction observes are no dependences, nor is the nonce of a sender, which is known beforehand.
struct BlockParallelism {
    uint64_t transactions = 0;
    /// Transactions that depend on no other.
    uint64_t independent = 0;
    uint64_t gas = 0, critical_path_gas = 0;
    /// Of one serial execution that records.
    double seconds = 0, critical_path_seconds = 0;
    /// Transactions on the longest chain by number.
    uint64_t longest_chain = 0;

    /// No executor that runs a transaction in one piece is faster than serial by more.
    [[nodiscard]] double bound() const {
        return critical_path_gas == 0 ? 1 : static_cast<double>(gas) / static_cast<double>(critical_path_gas);
    }
    [[nodiscard]] double bound_by_time() const {
        return critical_path_seconds <= 0 ? 1 : seconds / critical_path_seconds;
    }
};

/// Executes a valid block once more, recording. Null where that fails.
std::optional<BlockParallelism> measure_parallelism(ExecutionContext& context, const BlockInput& block,
                                                    const StateView& state, const ExecutionOptions& options);

}  // namespace warpevm
