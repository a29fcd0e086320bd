// SPDX-License-Identifier: Apache-2.0
// Ether that goes to an account without code: nothing runs, so that three effects say all of it. In its turn
// such a transaction needs neither journal nor machine, only the entries of its accounts.
#pragma once

#include <optional>

#include "evm/chain/executor.hpp"
#include "fallback/table/versions.hpp"

namespace warpevm {

/// Whether nothing but the accounts' state keeps `tx` from being a plain transfer: it calls something that is
/// no precompile, and lists neither accesses, blobs nor authorizations.
bool may_be_plain_transfer(const BlockTransaction& tx, Fork fork);

/// What of a transfer can be known before its turn, on any thread.
struct PlainTransfer {
    AccountEntry* sender = nullptr;
    AccountEntry* recipient = nullptr;
    uint64_t gas_used = 0;  ///< all that is intrinsic, or the calldata's floor
    U256 gas_price;
    U256 fee;         ///< of the gas used, in wei
    U256 tip;         ///< what of it the beneficiary gets
    U256 worst_cost;  ///< what the sender must have: the gas limit at the fee cap, and the value
};

/// Nothing where the transaction is invalid by itself or in this block, for serial's rules to say how. `tx`
/// must have the form, and both entries must be loaded.
std::optional<PlainTransfer> prepare(const BlockTransaction& tx, const BlockInput& block,
                                     AccountEntry* sender, AccountEntry* recipient);

/// Whether the accounts as committed let it be one: no code at either, the nonce right and the balance
/// sufficient. Everything before it must be committed.
bool stands(const PlainTransfer& transfer, const Transaction& tx);

}  // namespace warpevm
