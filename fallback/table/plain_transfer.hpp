// SPDX-License-Identifier: Apache-2.0
// A transfer of ether to an account without code executes nothing, so three effects are all it does. Its
// commit needs neither journal nor machine, only the entries of its accounts.
#pragma once

#include <optional>

#include "evm/chain/executor.hpp"
#include "fallback/table/versions.hpp"

namespace warpevm {

/// Whether nothing but the accounts' state keeps `tx` from being a plain transfer: it calls something that is
/// no precompile, and lists neither accesses, blobs nor authorizations.
bool may_be_plain_transfer(const BlockTransaction& tx, Fork fork);

/// What of a transfer is known before its commit, on any thread.
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

/// Whether it is one on the committed accounts: no code at either, the nonce right and the balance
/// sufficient. Everything before it must be committed.
bool is_plain_transfer(const PlainTransfer& transfer, const Transaction& tx);

}  // namespace warpevm
