// SPDX-License-Identifier: Apache-2.0
// What a transaction observed and did, in typed form (the records of evm/types/records.h). Observations are
// constraints on values at the transaction's start, so that a later change of such a value makes the
// transaction stale only if it would have mattered.
#pragma once

#include <vector>

#include "evm/types/records.hpp"

namespace warpevm {

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

inline bool balance_holds(const AccountObservation& o, const U256& balance) {
    if (has(o, OBSERVED_BALANCE)) return balance == o.balance;
    return balance >= o.balance && (!has(o, OBSERVED_BELOW) || balance < o.below);
}

/// Whether a transaction that observed `o` would have seen the same of `values`.
inline bool holds(const AccountObservation& o, const AccountValues& values) {
    if (!balance_holds(o, values.balance)) return false;
    if (has(o, OBSERVED_NONCE) && o.nonce != values.nonce) return false;
    if (has(o, OBSERVED_CODE) && o.code_hash != values.code_hash) return false;
    if (has(o, OBSERVED_STORAGE) && has(o, HAD_STORAGE) != values.has_storage) return false;
    if (has(o, OBSERVED_EXISTENCE) && has(o, EXISTED) != values.exists) return false;
    if (!has(o, OBSERVED_DEAD | OBSERVED_ALIVE)) return true;
    return has(o, OBSERVED_DEAD) == values.dead();
}

}  // namespace warpevm
