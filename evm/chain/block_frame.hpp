// SPDX-License-Identifier: Apache-2.0
// A block's frame: what it does before and after its transactions, and what it notes of each, as every
// executor does it. Each step before and after is a transaction of the journal.
#pragma once

#include "evm/chain/envelope.hpp"
#include "evm/chain/executor.hpp"
#include "evm/vm/machine.hpp"

namespace warpevm {

/// Begins the block on the journal and does what comes before its transactions: moves the DAO's ether
/// (EIP-779), hands the parent's beacon root (EIP-4788) and the parent's hash (EIP-2935) to their contracts.
/// A contract without code is skipped, and a call that fails has no effect.
template <bool Recording>
void open_block(Machine<Recording>& machine, const BlockInput& block, const ExecutionOptions& options);

/// What the transactions noted in `outcome` leave for the next one.
inline BlockAllowance allowance(const BlockInput& block, const BlockOutcome& outcome) {
    return {.gas = block.environment.gas_limit - outcome.gas_used,
            .blob_gas = block.rules.blobs.max * gas_per_blob - outcome.blob_gas_used};
}

/// Notes the next transaction, executed or skipped. Its logs are in the outcome already.
void append_transaction(BlockOutcome& outcome, const TransactionOutcome& transaction,
                        const BlockTransaction& tx);

/// Does what comes after the transactions: pays withdrawals (EIP-4895: credits in gwei, which no gas pays and
/// which may create or touch accounts), collects requests from Prague on (EIP-7685: deposits from the
/// outcome's logs, then what the contracts of EIP-7002 and EIP-7251 answer), and pays the beneficiary and the
/// ommers' (Yellow Paper 11.3: each ommer (8 - distance)/8 of the reward and 1/32 for its includer). False
/// where the requests make the block invalid and the options reject it; the outcome's verdict says why either
/// way. Where a missing contract is allowed for, the requests' hash stays unknown. Receipts and the
/// difference remain to be formed.
template <bool Recording>
bool close_block(Machine<Recording>& machine, const BlockInput& block, const ExecutionOptions& options,
                 BlockOutcome& outcome);

}  // namespace warpevm
