// SPDX-License-Identifier: Apache-2.0
// What a block changed, in lists of their own, so that its difference can be formed while later blocks change
// the table.
#pragma once

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
        uint32_t account = 0;  ///< its place among the accounts
    };

    std::vector<Account> accounts;
    std::vector<Slot> slots;
    Position start = 0;  ///< every position up to it belongs to earlier blocks

    /// As Journal::diff. In pieces, which may be formed at the same time.
    [[nodiscard]] StateDiff diff(const CodeCache& codes, const ForEach& for_each = in_order) const;
};

}  // namespace warpevm
