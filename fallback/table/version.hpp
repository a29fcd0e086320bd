// SPDX-License-Identifier: Apache-2.0
// The versions of the multi-version table: what an uncommitted incarnation did to an account or a slot, by
// position. A version whose incarnation failed validation is an estimate: its transaction is executed again
// and will likely write there again, so a reader suspends until that has committed.
#pragma once

#include <optional>

#include "evm/state/observation.hpp"
#include "evm/state/state_view.hpp"
#include "fallback/table/version_tree.hpp"

namespace warpevm {

/// A place in the window: 0 is its start, and every transaction has one of its own, ascending by two, so that
/// there is a place between any two.
using Position = uint64_t;

/// An account as of some position.
struct AccountState {
    /// `has_storage`: the pre-state said so, and no wipe since.
    AccountRecord record;
    bool exists = false;
    /// The position that wiped its storage last; 0: none did.
    Position wiped = 0;
};

/// What constraints speak of; storage as of the pre-state.
inline AccountValues values_of(const AccountState& s) {
    return {s.record.balance, s.record.nonce, s.record.code_hash, s.record.has_storage, s.exists};
}

/// EIP-161: no nonce, no balance, no code.
inline bool is_empty(const AccountRecord& r) {
    return r.nonce == 0 && r.balance.is_zero() && r.code_hash == empty_code_hash;
}

/// The effects of consecutive transactions on an account as one. Whether it became empty is decided at the
/// end only: one that does so in between, without being wiped, has neither code nor storage to lose.
struct AccountSum {
    U256 delta;  ///< since the last wipe, like the next three
    std::optional<uint64_t> nonce;
    const Hash* code_hash = nullptr;  ///< in an effect
    Position touched = 0;             ///< by the last one that did; 0: none did
    Position wiped = 0;               ///< likewise
    Position estimate = 0;            ///< the last position whose version is an estimate; 0: none

    AccountSum() = default;
    /// Of one effect, which must stay where it is.
    AccountSum(Position at, const AccountEffect& e);
    void then(const AccountSum& next);
    void apply_to(AccountState& state, bool state_clearing) const;
};

/// Kept beside the effect, in an incarnation that lives until its versions are dropped.
struct AccountVersion {
    AccountVersion() = default;
    AccountVersion(Position at, const AccountEffect& e);
    void sum_up();

    Position position = 0;
    AccountVersion *left = nullptr, *right = nullptr;
    uint32_t priority = 0;
    AccountSum own;
    AccountSum sum;
};

struct SlotVersion {
    SlotVersion() = default;
    SlotVersion(Position at, const U256& v);
    void sum_up() {}

    Position position = 0;
    SlotVersion *left = nullptr, *right = nullptr;
    uint32_t priority = 0;
    bool estimate = false;
    const U256* value = nullptr;
};

}  // namespace warpevm
