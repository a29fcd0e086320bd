// SPDX-License-Identifier: Apache-2.0
// The write side of state: what a block, or a sequence of blocks, changed. Columns plus one byte arena.
#pragma once

#include <string>
#include <vector>

#include "evm/base/bytes.hpp"
#include "evm/base/u256.hpp"
#include "evm/state/state_view.hpp"

namespace warpevm {

/// One changed account. Fields hold the values after the change; those of an account that is gone are zero.
struct AccountChange {
    Address address;
    /// False: the account does not exist afterwards.
    bool exists = true;
    /// The account was there before, was deleted, and exists again: all its earlier storage, if any, was
    /// removed before `slots` were written.
    bool storage_wiped = false;
    uint64_t nonce = 0;
    U256 balance;
    Hash code_hash = empty_code_hash;
    /// Slots of this account in StateDiff::slots.
    uint32_t first_slot = 0;
    uint32_t slot_count = 0;
    bool operator==(const AccountChange&) const = default;
};
struct SlotChange {
    U256 slot;
    U256 value;
    bool operator==(const SlotChange&) const = default;
};
/// Code that was deployed, its bytes in StateDiff::code_bytes.
struct CodeChange {
    Hash hash;
    uint32_t offset = 0;
    uint32_t size = 0;
    bool operator==(const CodeChange&) const = default;
};

/// Sorted by address, slots by number, codes by hash; so equal changes are equal objects.
struct StateDiff {
    std::vector<AccountChange> accounts;
    std::vector<SlotChange> slots;
    std::vector<CodeChange> codes;
    Bytes code_bytes;

    [[nodiscard]] std::span<const SlotChange> slots_of(const AccountChange& a) const {
        return {slots.data() + a.first_slot, a.slot_count};
    }
    [[nodiscard]] BytesView code(const CodeChange& c) const { return {code_bytes.data() + c.offset, c.size}; }
    bool operator==(const StateDiff&) const = default;

    /// This difference followed by `later`, as one.
    [[nodiscard]] StateDiff then(const StateDiff& later) const;
    /// JSON with sorted keys: {"0xaddress": {"balance":…, "nonce":…, "code":…, "storage": {…}, "wiped":
    /// true}}.
    [[nodiscard]] std::string to_json() const;
};

}  // namespace warpevm
