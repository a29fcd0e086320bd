// SPDX-License-Identifier: Apache-2.0
// What makes a transaction valid or not on its own: rules that need neither the state nor the block's
// environment.
#pragma once

#include "evm/base/result.hpp"
#include "evm/types/rules.hpp"
#include "evm/types/transaction.hpp"
#include "evm/vm/opcodes.hpp"

namespace warpevm {

inline constexpr uint64_t transaction_gas_limit_cap = 1 << 24;  // EIP-7825

/// What is said of a broken rule, and rules that concern few transactions: the checks below turn to these,
/// and are inlined otherwise, since each transaction passes through all of them.
namespace broken {
Result<void> nonce(const Transaction& tx);
Result<void> gas_limit_cap(const Transaction& tx);
Result<void> fees(const Transaction& tx);
Result<void> initcode(const Transaction& tx);
}  // namespace broken
Result<void> check_these_blobs(const Transaction& tx, const Rules& rules);
Result<void> check_these_authorizations(const Transaction& tx);

// The rules for a transaction on its own, in parts: execution checks the state's and the block's between
// them, so that of several broken rules the one is named that geth names. Details give the numbers as geth
// words them.
/// The type, the chain id, and signature ranges where it is signed.
Result<void> check_envelope(const Transaction& tx, const Rules& rules);
/// EIP-2681.
inline Result<void> check_nonce(const Transaction& tx) {
    if (tx.nonce != ~uint64_t{0}) return {};
    return broken::nonce(tx);
}
/// EIP-7825.
inline Result<void> check_gas_limit_cap(const Transaction& tx, Fork fork) {
    if (fork < Fork::osaka || tx.gas_limit <= transaction_gas_limit_cap) return {};
    return broken::gas_limit_cap(tx);
}
/// The priority fee is not above the fee cap.
inline Result<void> check_fees(const Transaction& tx) {
    if (tx.max_priority_fee_per_gas <= tx.max_fee_per_gas) return {};
    return broken::fees(tx);
}
/// EIP-4844, EIP-7594.
inline Result<void> check_blobs(const Transaction& tx, const Rules& rules) {
    if (tx.type != TxType::blob) return {};
    return check_these_blobs(tx, rules);
}
/// EIP-7702.
inline Result<void> check_authorizations(const Transaction& tx) {
    if (tx.type != TxType::set_code) return {};
    return check_these_authorizations(tx);
}
/// EIP-3860.
inline Result<void> check_initcode(const Transaction& tx, Fork fork) {
    if (fork < Fork::shanghai || !tx.is_create() || tx.data.size() <= max_initcode_size) return {};
    return broken::initcode(tx);
}
/// Gas limit times fee cap must fit 256 bits; with the value added it may exceed them, which no balance can
/// pay.
Result<void> check_cost(const Transaction& tx);
/// Intrinsic gas and the calldata floor.
Result<void> check_gas(const Transaction& tx, Fork fork);

/// All of them, in this order.
Result<void> check_transaction(const Transaction& tx, const Rules& rules);
/// Those that a call is held to which nobody signed (execute_call): all but the nonce's and EIP-7825's.
Result<void> check_call(const Transaction& tx, const Rules& rules);

}  // namespace warpevm
