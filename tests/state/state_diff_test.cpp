// SPDX-License-Identifier: Apache-2.0
#include "evm/state/state_diff.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "evm/crypto/keccak.hpp"
#include "evm/state/memory_state.hpp"

namespace warpevm {
namespace {

const Address a = Address::from_low(0xa), b = Address::from_low(0xb);

StateDiff one(const AccountChange& change, std::vector<SlotChange> slots = {}) {
    StateDiff d;
    d.accounts = {change};
    d.accounts[0].slot_count = static_cast<uint32_t>(slots.size());
    d.slots = std::move(slots);
    return d;
}

TEST(StateDiff, a_later_difference_wins_field_by_field_and_slot_by_slot) {
    const StateDiff d = one({.address = a, .nonce = 1, .balance = 10}, {{1, 11}, {2, 12}, {4, 14}})
                            .then(one({.address = a, .nonce = 2, .balance = 20}, {{2, 22}, {3, 23}}));
    EXPECT_EQ(d, one({.address = a, .nonce = 2, .balance = 20}, {{1, 11}, {2, 22}, {3, 23}, {4, 14}}));
}

TEST(StateDiff, accounts_and_codes_stay_sorted_and_appear_once) {
    StateDiff x = one({.address = b, .balance = 1}, {{1, 1}});
    x.codes = {{Hash{{2}}, 0, 2}};
    x.code_bytes = {2, 2};
    StateDiff y = one({.address = a, .balance = 2}, {{9, 9}});
    y.codes = {{Hash{{1}}, 0, 1}, {Hash{{2}}, 1, 2}};
    y.code_bytes = {1, 2, 2};
    const StateDiff d = x.then(y);
    ASSERT_EQ(d.accounts.size(), 2U);
    EXPECT_EQ(d.accounts[0].address, a);
    EXPECT_EQ(d.slots_of(d.accounts[0])[0], (SlotChange{9, 9}));
    EXPECT_EQ(d.slots_of(d.accounts[1])[0], (SlotChange{1, 1}));
    EXPECT_EQ(d.codes, y.codes);
    EXPECT_EQ(d.code_bytes, y.code_bytes);
}

TEST(StateDiff, wipes_and_removals_forget_earlier_slots) {
    const StateDiff earlier = one({.address = a, .balance = 1}, {{1, 11}});
    EXPECT_EQ(earlier.then(one({.address = a, .storage_wiped = true, .balance = 2}, {{2, 22}})),
              one({.address = a, .storage_wiped = true, .balance = 2}, {{2, 22}}));
    const StateDiff gone = one({.address = a, .exists = false});
    EXPECT_EQ(earlier.then(gone), gone);
    // Removed and made again: nothing of the storage before is left.
    EXPECT_EQ(earlier.then(gone).then(one({.address = a, .balance = 3}, {{3, 33}})),
              one({.address = a, .storage_wiped = true, .balance = 3}, {{3, 33}}));
    EXPECT_EQ(one({.address = a, .storage_wiped = true}, {{1, 1}}).then(one({.address = a, .balance = 5})),
              one({.address = a, .storage_wiped = true, .balance = 5}, {{1, 1}}));
}

TEST(StateDiff, nothing_changes_nothing) {
    const StateDiff d = one({.address = a, .balance = 1}, {{1, 11}});
    EXPECT_EQ(d.then({}), d);
    EXPECT_EQ(StateDiff{}.then(d), d);
}

/// Random sequences: applied one by one, or merged and applied at once, the state is the same.
TEST(StateDiff, merging_is_applying_one_after_the_other) {
    for (unsigned seed = 0; seed < 200; ++seed) {
        std::mt19937_64 random(seed);
        const auto pick = [&](uint64_t n) { return random() % n; };
        MemoryState stepwise;
        for (uint64_t i = 0; i < 4; ++i) {
            stepwise.set_account(Address::from_low(i), 1, 7, {});
            for (uint64_t k = 0; k < 3; ++k) stepwise.set_slot(Address::from_low(i), k, pick(3));
        }
        MemoryState at_once = stepwise;
        StateDiff merged;
        for (int step = 0; step < 5; ++step) {
            StateDiff d;
            for (uint64_t i = 0; i < 6; ++i) {
                if (pick(2) == 0) continue;
                AccountChange change{.address = Address::from_low(i), .exists = pick(4) != 0};
                if (change.exists) {
                    change.storage_wiped = pick(4) == 0;
                    change.balance = pick(100);
                    change.first_slot = static_cast<uint32_t>(d.slots.size());
                    for (uint64_t k = 0; k < 4; ++k)
                        if (pick(2) == 0) d.slots.push_back({k, pick(3)});
                    change.slot_count = static_cast<uint32_t>(d.slots.size()) - change.first_slot;
                }
                d.accounts.push_back(change);
            }
            stepwise.apply(d);
            merged = merged.then(d);
        }
        EXPECT_EQ(at_once.root_after(merged), stepwise.root()) << seed;
        at_once.apply(merged);
        EXPECT_EQ(at_once.root(), stepwise.root()) << seed;
    }
}

TEST(StateDiff, json_has_sorted_keys) {
    EXPECT_EQ(StateDiff{}.to_json(), "{}");
    StateDiff d = one({.address = a, .nonce = 1, .balance = 255, .code_hash = Hash{{1}}}, {{1, 16}});
    d.codes = {{Hash{{1}}, 0, 1}};
    d.code_bytes = {0xfe};
    d.accounts.push_back({.address = b, .exists = false});
    d.accounts.push_back({.address = Address::from_low(0xc), .storage_wiped = true});
    EXPECT_EQ(
        d.to_json(),
        R"({"0x000000000000000000000000000000000000000a":{"balance":"0xff","code":"0xfe","nonce":"0x1","storage":{)"
        R"("0x0000000000000000000000000000000000000000000000000000000000000001":)"
        R"("0x0000000000000000000000000000000000000000000000000000000000000010"}},)"
        R"("0x000000000000000000000000000000000000000b":null,)"
        R"("0x000000000000000000000000000000000000000c":{"balance":"0x0","code":"0x","nonce":"0x0","storage":{},"wiped":true}})");
}

}  // namespace
}  // namespace warpevm
