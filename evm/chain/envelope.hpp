// SPDX-License-Identifier: Apache-2.0
// A transaction's envelope: what it costs and pays around its execution, as functions over plain values
// (Yellow Paper 6). Every executor takes these, whatever it runs the middle with.
#pragma once

#include <optional>

#include "evm/base/u256.hpp"
#include "evm/types/rules.hpp"
#include "evm/types/transaction.hpp"

namespace warpevm {

/// Gas charged before execution starts (Yellow Paper 6.2, g_0; EIP-2028, EIP-2930, EIP-3860, EIP-7702).
uint64_t intrinsic_gas(const Transaction& tx, Fork fork);
/// The least gas that a transaction pays for its calldata (EIP-7623); 0 before Prague.
uint64_t floor_gas(const Transaction& tx, Fork fork);
/// Gas of the blobs that a transaction carries (EIP-4844).
inline uint64_t blob_gas(const Transaction& tx) {
    return tx.blob_versioned_hashes.size() * gas_per_blob;
}

/// Wei that the sender must have: the gas limit at the fee cap, the value, and the blob gas at its fee cap
/// (Yellow Paper 6.2, v_0; EIP-1559, EIP-4844). Nothing where that exceeds 256 bits, which no balance pays.
std::optional<U256> worst_cost(const Transaction& tx);
/// What the sender pays per gas, in wei (EIP-1559). `tx` is valid in a block with this base fee.
U256 effective_gas_price(const Transaction& tx, const U256& base_fee);
/// Wei that the sender pays ahead: the whole gas limit, and the blobs, which nothing gives back.
U256 prepaid_fee(const Transaction& tx, const U256& gas_price, const U256& blob_base_fee);

/// Gas that a transaction used of its limit: without the refund, which is at most a `max_refund_divisor`-th
/// of it (EIP-3529), and no less than the calldata's floor (EIP-7623).
uint64_t gas_used(const Transaction& tx, Fork fork, uint64_t gas_left, int64_t refund,
                  uint64_t max_refund_divisor);
/// Of `gas_used` at `gas_price`: what the beneficiary gets, in wei. The rest is burnt (EIP-1559).
U256 beneficiary_fee(uint64_t gas_used, const U256& gas_price, const Rules& rules, const U256& base_fee);

/// What a block has left for its next transaction.
struct BlockAllowance {
    uint64_t gas = 0;
    uint64_t blob_gas = 0;

    /// A transaction takes its gas limit whatever it uses.
    [[nodiscard]] bool fits(const Transaction& tx) const {
        return fits(tx.gas_limit, tx.type == TxType::blob ? warpevm::blob_gas(tx) : 0);
    }
    [[nodiscard]] bool fits(uint64_t gas_limit, uint64_t tx_blob_gas) const {
        return gas_limit <= gas && tx_blob_gas <= blob_gas;
    }
};

}  // namespace warpevm
