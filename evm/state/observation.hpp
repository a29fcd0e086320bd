// SPDX-License-Identifier: Apache-2.0
// What a transaction observed and did, in typed form. Observations are constraints on values at the
// transaction's start, so that a later change of such a value makes the transaction stale only if it would
// have mattered.
#pragma once

#include <optional>
#include <vector>

#include "evm/base/bytes.hpp"
#include "evm/base/u256.hpp"

namespace warpevm {

/// Index of an interned account or slot.
using Row = uint32_t;

/// What is known to have mattered of a balance: its exact value, or bounds from the checks that passed and
/// failed.
struct BalanceConstraint {
    std::optional<U256> exact;
    /// The balance was at least this much (each passed check, less this transaction's credits, plus its
    /// debits).
    U256 at_least;
    /// The balance was below this (each failed check).
    std::optional<U256> below;

    [[nodiscard]] bool holds(const U256& balance) const {
        if (exact) return balance == *exact;
        return balance >= at_least && (!below || balance < *below);
    }
    bool operator==(const BalanceConstraint&) const = default;
};

enum class Liveness : uint8_t { not_observed, dead, alive };

/// Constraints on one account at the transaction's start. Dead means: no nonce, no balance, no code
/// (EIP-161).
struct AccountObservation {
    Row row = 0;
    BalanceConstraint balance;
    std::optional<uint64_t> nonce;
    std::optional<Hash> code_hash;
    std::optional<bool> has_storage;
    /// Before Spurious Dragon: whether the account exists, which there differs from being alive.
    std::optional<bool> exists;
    Liveness liveness = Liveness::not_observed;
    bool operator==(const AccountObservation&) const = default;
};

/// A slot's exact value at the transaction's start.
struct SlotObservation {
    Row row = 0;
    U256 value;
    bool operator==(const SlotObservation&) const = default;
};

/// What a transaction did to an account. `delta` is added to the balance modulo 2^256, so that a debit is its
/// negation.
struct AccountEffect {
    Row row = 0;
    U256 delta;
    std::optional<uint64_t> nonce;
    std::optional<Hash> code_hash;
    /// Deletion of empty touched accounts, with all their storage, is decided at each transaction's end, in
    /// order (EIP-161). Before Spurious Dragon: the account exists.
    bool touched = false;
    /// SELFDESTRUCT took effect: the account, its balance and all its storage are gone.
    bool wiped = false;
    bool operator==(const AccountEffect&) const = default;
};
struct SlotEffect {
    Row row = 0;
    U256 value;
    bool operator==(const SlotEffect&) const = default;
};

struct Observations {
    std::vector<AccountObservation> accounts;
    std::vector<SlotObservation> slots;
    void clear() {
        accounts.clear();
        slots.clear();
    }
};
struct Effects {
    std::vector<AccountEffect> accounts;
    std::vector<SlotEffect> slots;
    void clear() {
        accounts.clear();
        slots.clear();
    }
};

/// The account fields that constraints speak of, as they stand when a transaction's validity is checked.
struct AccountValues {
    U256 balance;
    uint64_t nonce = 0;
    Hash code_hash = empty_code_hash;
    bool has_storage = false;
    bool exists = false;
    [[nodiscard]] bool dead() const {
        return nonce == 0 && balance.is_zero() && code_hash == empty_code_hash;
    }
};
/// Whether a transaction that observed `o` would have seen the same of `values`.
inline bool holds(const AccountObservation& o, const AccountValues& values) {
    if (!o.balance.holds(values.balance)) return false;
    if (o.nonce && *o.nonce != values.nonce) return false;
    if (o.code_hash && *o.code_hash != values.code_hash) return false;
    if (o.has_storage && *o.has_storage != values.has_storage) return false;
    if (o.exists && *o.exists != values.exists) return false;
    return o.liveness == Liveness::not_observed || (o.liveness == Liveness::dead) == values.dead();
}

}  // namespace warpevm
