// SPDX-License-Identifier: Apache-2.0
// Transactions that do one thing each with the example contracts. All are of type 2 (EIP-1559); nonce, chain
// id and signature are the caller's to fill in.
#pragma once

#include "bench/workload/contracts.hpp"
#include "evm/types/transaction.hpp"

namespace warpevm::workload {

/// Wei per gas that a transaction offers at most, unless its maker says otherwise: 100 gwei.
inline constexpr uint64_t usual_max_fee = 100000000000;

Transaction call(const Address& to, uint64_t gas_limit, Bytes data);
/// Gas limits are ample for the example contracts and well below a block's.
Transaction transfer(const Address& to, const U256& wei);
Transaction token_transfer(const Address& token, const Address& to, const U256& units);
/// Gives `units` of token0 (else token1) for the other one, which `to` gets.
Transaction swap(const Address& pair, bool zero_for_one, const U256& units, const Address& to);
Transaction mint(const Address& collectible, const Address& to, uint64_t count);
/// Deploys a token whose whole supply of `units` the sender gets.
Transaction token_creation(const U256& units);

}  // namespace warpevm::workload
