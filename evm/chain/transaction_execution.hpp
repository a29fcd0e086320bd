// SPDX-License-Identifier: Apache-2.0
// One transaction from validity to fees (Yellow Paper 6): what a receipt needs, and nothing that depends on
// the place in the block.
#pragma once

#include "evm/chain/envelope.hpp"
#include "evm/chain/outcome.hpp"
#include "evm/types/block_input.hpp"
#include "evm/vm/machine.hpp"

namespace warpevm {

/// Checks and executes `tx`; its logs are appended to the machine's logs. An invalid transaction changes
/// nothing, and the outcome's `invalid` says which rule it broke first. Missing state is left in the journal
/// for the caller to look at.
template <bool Recording>
TransactionOutcome execute_transaction(Machine<Recording>& machine, const BlockTransaction& tx,
                                       const BlockAllowance& allowance);

}  // namespace warpevm
