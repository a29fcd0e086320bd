// SPDX-License-Identifier: Apache-2.0
// What a block changed, in lists of their own, so that its difference can be formed while later blocks change
// the table.
#pragma once

#include <array>

#include "evm/base/for_each.hpp"
#include "evm/state/code.hpp"
#include "evm/state/state_diff.hpp"
#include "fallback/table/version.hpp"

namespace warpevm {

struct BlockChanges {
    /// Once per account that was entered in the table, or has such a slot.
    struct Account {
        Address address;
        AccountState before, after;
    };
    struct Slot {
        U256 key;
        U256 before, after;
        Position written = 0;
        Row account = 0;
        uint32_t place = 0;  ///< the account's
    };
    /// Accounts and slots are kept by their rows modulo this, so that several threads may note them at once.
    static constexpr uint32_t shards = 32;
    struct Shard {
        std::vector<Account> accounts;
        std::vector<Slot> slots;
    };

    std::vector<Shard> parts;  ///< none, or all
    Position start = 0;        ///< every position up to it belongs to earlier blocks

    BlockChanges() = default;
    explicit BlockChanges(Position block_start) : parts(shards), start(block_start) {}

    [[nodiscard]] Shard& part(Row row) { return parts[row % shards]; }
    [[nodiscard]] const Account& account_of(const Slot& slot) const {
        return parts[slot.account % shards].accounts[slot.place];
    }
    /// Of an account, or slot, that the block had not changed yet: its place.
    uint32_t add(Row row, const Account& account) {
        std::vector<Account>& accounts = part(row).accounts;
        accounts.push_back(account);
        return static_cast<uint32_t>(accounts.size() - 1);
    }
    uint32_t add(Row row, const Slot& slot) {
        std::vector<Slot>& slots = part(row).slots;
        slots.push_back(slot);
        return static_cast<uint32_t>(slots.size() - 1);
    }

    /// As Journal::diff. In pieces, which may be formed at the same time.
    [[nodiscard]] StateDiff diff(const CodeCache& codes, const ForEach& for_each = in_order) const;
};

}  // namespace warpevm
