// SPDX-License-Identifier: Apache-2.0
// From a decoded block to what executors take.
#pragma once

#include "evm/chain/executor.hpp"
#include "evm/types/block.hpp"

namespace warpevm {

/// What the header tells transactions.
BlockEnvironment block_environment(const Header& header, const Rules& rules);

/// Each transaction with the sender that its signature recovers to, or marked invalid with the reason. They
/// point into `block`.
std::vector<BlockTransaction> recover_senders(const Block& block, const Rules& rules);

/// `transactions` as recover_senders gives them.
BlockInput block_input(const Block& block, const Rules& rules, std::vector<BlockTransaction> transactions);

}  // namespace warpevm
