// SPDX-License-Identifier: Apache-2.0
// A journal over a small state, for the tests of this room.
#pragma once

#include <gtest/gtest.h>

#include <random>

#include "evm/base/hex.hpp"
#include "evm/crypto/keccak.hpp"
#include "evm/state/journal.hpp"
#include "evm/state/memory_state.hpp"

namespace warpevm::test {

inline const Address rich = Address::from_low(0xa), contract = Address::from_low(0xb),
                     absent = Address::from_low(0xc);
inline const Address hollow = Address::from_low(0xd);  ///< exists, but is empty
inline const Address ripemd = Address::from_low(3);
inline const Bytes old_code{0x60, 0x01}, new_code{0x60, 0x02, 0x00};

inline MemoryState small_state() {
    MemoryState s;
    s.set_account(rich, 7, 1000, {});
    s.set_account(contract, 1, 50, old_code);
    s.set_slot(contract, 1, 11);
    s.set_slot(contract, 2, 22);
    s.set_account(hollow, 0, 0, {});
    return s;
}

/// `state` must be complete before the first read.
template <bool Recording>
struct JournalOver {
    explicit JournalOver(MemoryState s = small_state(), bool state_clearing = true) : state(std::move(s)) {
        j.begin_block(state_clearing);
        j.begin_transaction();
    }
    void next_transaction() {
        j.end_transaction();
        j.begin_transaction();
    }
    /// Ends the block; answers what it changed.
    StateDiff next_block(bool state_clearing = true) {
        j.end_transaction();
        StateDiff diff = j.diff();
        j.end_block();
        j.begin_block(state_clearing);
        j.begin_transaction();
        return diff;
    }
    StateDiff ended() {
        j.end_transaction();
        return j.diff();
    }
    Row row(const Address& a) { return j.account(a); }
    U256 at(const Address& a, const U256& key) { return j.slot_row(j.slot(j.account(a), key)).current; }
    void put(const Address& a, const U256& key, const U256& value) {
        j.set_slot(j.slot(j.account(a), key), value);
    }
    const Code* code(const Bytes& bytes) { return codes.add(keccak256(bytes), bytes); }

    MemoryState state;
    CodeCache codes;
    Journal<Recording> j{state, codes};
};

/// One random transaction, the same for equal seeds.
inline void act(JournalOver<false>& o, uint64_t seed) {
    std::mt19937_64 random(seed);
    const auto pick = [&](uint64_t n) { return random() % n; };
    const Address all[] = {rich, contract, absent, hollow, ripemd};
    auto checkpoint = o.j.checkpoint();
    for (int step = 0; step < 12; ++step) {
        const Address& a = all[pick(std::size(all))];
        const Row row = o.row(a);
        switch (pick(11)) {
            case 0: o.j.credit(row, pick(3)); break;
            case 1:
                if (o.j.can_pay(row, 1)) o.j.debit(row, pick(2) == 0 ? o.j.balance(row) : U256{1});
                break;
            case 2: o.j.touch(row); break;
            case 3: o.j.set_nonce(row, pick(3)); break;
            case 4: o.j.set_code(row, pick(2) == 0 ? o.codes.empty() : o.code(new_code)); break;
            case 5: o.j.destruct(row); break;
            case 6: checkpoint = o.j.checkpoint(); break;
            case 7: o.j.revert(checkpoint); break;
            default:
                o.j.touch(row);  // nothing in the protocol stores without having touched
                o.put(a, pick(4), pick(3));
        }
    }
}

inline const AccountChange* find(const StateDiff& diff, const Address& address) {
    for (const AccountChange& c : diff.accounts)
        if (c.address == address) return &c;
    return nullptr;
}
inline std::vector<SlotChange> slots_of(const StateDiff& diff, const Address& address) {
    const AccountChange* c = find(diff, address);
    if (c == nullptr) return {};
    const auto slots = diff.slots_of(*c);
    return {slots.begin(), slots.end()};
}

}  // namespace warpevm::test
