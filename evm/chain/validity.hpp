// SPDX-License-Identifier: Apache-2.0
// What makes a transaction valid or not on its own: rules that need neither the state nor the block's
// environment.
#pragma once

#include "evm/base/result.hpp"
#include "evm/chain/fork.hpp"
#include "evm/chain/transaction.hpp"

namespace warpevm {

/// Gas charged before execution starts (Yellow Paper 6.2, g_0; EIP-2028, EIP-2930, EIP-3860, EIP-7702).
uint64_t intrinsic_gas(const Transaction& tx, Fork fork);
/// The least gas that a transaction pays for its calldata (EIP-7623); 0 before Prague.
uint64_t floor_gas(const Transaction& tx, Fork fork);

/// Ranges of r and s (high s until Homestead, EIP-2), replay protection only from Spurious Dragon on
/// (EIP-155), and the chain id. Does not recover a key. A transaction without signature is tx_bad_signature.
Result<void> check_signature(const Transaction& tx, Fork fork, uint64_t chain_id);

// The rules for a transaction on its own, in parts: execution checks the state's and the block's between
// them, so that of several broken rules the one is named that geth names. Details give the numbers as geth
// words them.
/// The type, the chain id, and signature ranges where it is signed.
Result<void> check_envelope(const Transaction& tx, const Rules& rules);
/// EIP-2681.
Result<void> check_nonce(const Transaction& tx);
/// EIP-7825.
Result<void> check_gas_limit_cap(const Transaction& tx, Fork fork);
/// The priority fee is not above the fee cap.
Result<void> check_fees(const Transaction& tx);
/// EIP-4844, EIP-7594.
Result<void> check_blobs(const Transaction& tx, const Rules& rules);
/// EIP-7702.
Result<void> check_authorizations(const Transaction& tx);
/// EIP-3860.
Result<void> check_initcode(const Transaction& tx, Fork fork);
/// Gas limit times fee cap must fit 256 bits; with the value added it may exceed them, which no balance can
/// pay.
Result<void> check_cost(const Transaction& tx);
/// Intrinsic gas and the calldata floor.
Result<void> check_gas(const Transaction& tx, Fork fork);

/// All of them, in this order.
Result<void> check_transaction(const Transaction& tx, const Rules& rules);

}  // namespace warpevm
