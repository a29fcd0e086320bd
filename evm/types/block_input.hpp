// SPDX-License-Identifier: Apache-2.0
// Everything that execution needs of one block.
#pragma once

#include <optional>
#include <vector>

#include "evm/base/result.hpp"
#include "evm/types/block.hpp"
#include "evm/types/environment.hpp"
#include "evm/types/rules.hpp"

namespace warpevm {

/// A transaction with its sender, or with the reason why it has none.
struct BlockTransaction {
    const Transaction* tx = nullptr;
    Address sender;
    /// Not none: decoding or sender recovery failed.
    Error invalid{};
};

struct OmmerInput {
    Address beneficiary;
    uint64_t number = 0;
};

/// Everything that execution needs of one block. It is no header: validating headers and comparing outcomes
/// with them are functions of their own (header_validation.hpp, verification.hpp).
struct BlockInput {
    Rules rules;
    BlockEnvironment environment;
    std::vector<BlockTransaction> transactions;
    std::vector<OmmerInput> ommers;
    std::optional<std::vector<Withdrawal>> withdrawals;
};

}  // namespace warpevm
