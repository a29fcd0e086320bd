// SPDX-License-Identifier: Apache-2.0
// One transaction from validity to fees (Yellow Paper 6): what a receipt needs, and nothing that depends on
// the place in the block.
#pragma once

#include "evm/chain/outcome.hpp"
#include "evm/vm/machine.hpp"

namespace warpevm {

/// What the block has left for its next transaction.
struct BlockAllowance {
    uint64_t gas = 0;
    uint64_t blob_gas = 0;
};

/// Checks and executes `tx`; its logs are appended to the machine's logs. An invalid transaction changes
/// nothing, and the outcome's `invalid` says which rule it broke first. Missing state is left in the journal
/// for the caller to look at.
template <bool Recording>
TransactionOutcome execute_transaction(Machine<Recording>& machine, const BlockTransaction& tx,
                                       const BlockAllowance& allowance);

/// What the sender pays per gas, in wei (EIP-1559). `tx` is valid in a block with this base fee.
U256 effective_gas_price(const Transaction& tx, const U256& base_fee);

}  // namespace warpevm
