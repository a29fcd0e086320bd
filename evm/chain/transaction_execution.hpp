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

/// How a call ended: as a receipt has it, and what eth_call answers beside that.
struct CallEnd {
    TransactionOutcome outcome;
    /// Of the first frame.
    Status status{};
    /// What the first frame returned or reverted with; of a creation that succeeded, the deployed code.
    Bytes output;
};

/// Executes `tx` as a call that nobody signed, as geth's eth_call does. Its sender's nonce is what the state
/// has, whatever `tx` says; the sender may be a contract (EIP-3607 is not applied); neither the cap of
/// EIP-7825 nor a block limits its gas. Otherwise as execute_transaction.
CallEnd execute_call(Machine<false>& machine, const Transaction& tx, const Address& sender);

}  // namespace warpevm
