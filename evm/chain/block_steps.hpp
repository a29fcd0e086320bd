// SPDX-License-Identifier: Apache-2.0
// What a block does besides its transactions, in the order in which it does it. Each step is a transaction of
// the journal.
#pragma once

#include "evm/chain/executor.hpp"
#include "evm/vm/machine.hpp"

namespace warpevm {

/// Moves the ether of the DAO's accounts to the withdrawal contract (EIP-779).
template <bool Recording>
void move_dao_balances(Journal<Recording>& journal);

/// Hands the parent's beacon root (EIP-4788) and the parent's hash (EIP-2935) to their contracts. A contract
/// without code is skipped, and a call that fails has no effect.
template <bool Recording>
void call_before_transactions(Machine<Recording>& machine);

/// EIP-4895: credits in gwei, which no gas pays and which may create or touch accounts.
template <bool Recording>
void pay_withdrawals(Journal<Recording>& journal, std::span<const Withdrawal> withdrawals);

/// Fills the outcome's requests and their hash (Prague on): deposits from its logs, then what the contracts
/// of EIP-7002 and EIP-7251 answer. An error makes the block invalid. Where a missing contract is allowed
/// for, the hash stays unknown.
template <bool Recording>
Error collect_requests(Machine<Recording>& machine, const ExecutionOptions& options, BlockOutcome& outcome);

/// Pays the beneficiary and the ommers' (Yellow Paper 11.3): each ommer (8 - distance)/8 of the reward and
/// 1/32 for its includer.
template <bool Recording>
void pay_rewards(Journal<Recording>& journal, const BlockInput& block, const ExecutionOptions& options);

/// Wei for a block before Paris: 5 ether, 3 from Byzantium (EIP-649), 2 from Constantinople (EIP-1234).
U256 block_reward(Fork fork);

}  // namespace warpevm
