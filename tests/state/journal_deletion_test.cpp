// SPDX-License-Identifier: Apache-2.0
// Accounts that vanish: touched and empty ones (EIP-161), destructed ones, and what is left of their storage.
#include "tests/state/journal_setup.hpp"

namespace warpevm::test {
namespace {

using Over = JournalOver<false>;

TEST(JournalDeletion, a_touched_empty_account_vanishes) {
    Over o;
    o.j.touch(o.row(hollow));
    EXPECT_TRUE(o.j.exists(o.row(hollow))) << "not before the transaction's end";
    const StateDiff diff = o.ended();
    ASSERT_EQ(diff.accounts.size(), 1U);
    EXPECT_EQ(diff.accounts[0], (AccountChange{.address = hollow, .exists = false}));
}

TEST(JournalDeletion, an_account_that_was_only_looked_at_stays) {
    Over o;
    EXPECT_TRUE(o.j.is_dead(o.row(hollow)));
    EXPECT_FALSE(o.j.has_storage(o.row(hollow)));
    EXPECT_EQ(o.ended(), StateDiff{});
}

TEST(JournalDeletion, a_touched_account_with_anything_stays) {
    Over o;
    o.j.touch(o.row(rich));
    o.j.credit(o.row(hollow), 1);
    o.j.credit(o.row(absent), 0);
    const StateDiff diff = o.ended();
    ASSERT_EQ(diff.accounts.size(), 1U);
    EXPECT_EQ(diff.accounts[0], (AccountChange{.address = hollow, .balance = 1}));
}

TEST(JournalDeletion, an_account_that_becomes_empty_vanishes) {
    MemoryState s;
    s.set_account(rich, 0, 10, {});
    Over o(s);
    o.j.debit(o.row(rich), 10);
    EXPECT_EQ(o.ended().accounts.at(0).exists, false);
}

TEST(JournalDeletion, a_reverted_touch_is_none_except_ripemds) {
    MemoryState s = small_state();
    s.set_account(ripemd, 0, 0, {});
    Over o(s);
    const auto checkpoint = o.j.checkpoint();
    o.j.touch(o.row(hollow));
    o.j.credit(o.row(ripemd), 0);
    o.j.revert(checkpoint);
    const StateDiff diff = o.ended();
    ASSERT_EQ(diff.accounts.size(), 1U);
    EXPECT_EQ(diff.accounts[0], (AccountChange{.address = ripemd, .exists = false}));
}

TEST(JournalDeletion, a_reverted_credit_of_value_is_no_touch_of_ripemd_either) {
    MemoryState s;
    s.set_account(ripemd, 0, 0, {});
    Over o(s);
    const auto checkpoint = o.j.checkpoint();
    o.j.credit(o.row(ripemd), 5);
    o.j.credit(o.row(ripemd), 0);
    o.j.revert(checkpoint);
    EXPECT_EQ(o.ended(), StateDiff{});
}

TEST(JournalDeletion, ripemds_surviving_touch_makes_no_account) {
    for (const bool state_clearing : {true, false}) {
        Over o(small_state(), state_clearing);
        const auto checkpoint = o.j.checkpoint();
        o.j.credit(o.row(ripemd), 0);
        o.j.revert(checkpoint);
        EXPECT_EQ(o.ended(), StateDiff{});
    }
}

TEST(JournalDeletion, before_spurious_dragon_a_touch_creates) {
    Over o(small_state(), false);
    o.j.touch(o.row(absent));
    o.j.touch(o.row(hollow));
    const StateDiff diff = o.ended();
    ASSERT_EQ(diff.accounts.size(), 1U) << "the hollow one was there";
    EXPECT_EQ(diff.accounts[0], (AccountChange{.address = absent}));
}

TEST(JournalDeletion, a_deleted_empty_account_leaves_no_storage_behind) {
    MemoryState s = small_state();
    s.set_slot(hollow, 1, 5);
    s.set_slot(hollow, 2, 6);
    Over o(s);
    EXPECT_EQ(o.at(hollow, 1), U256{5});
    EXPECT_TRUE(o.j.has_storage(o.row(hollow)));
    o.j.touch(o.row(hollow));
    o.next_transaction();
    EXPECT_FALSE(o.j.has_storage(o.row(hollow)));
    o.j.credit(o.row(hollow), 1);
    EXPECT_EQ(o.at(hollow, 1), U256{});
    EXPECT_EQ(o.at(hollow, 2), U256{}) << "not read before";
    const StateDiff diff = o.ended();
    EXPECT_TRUE(find(diff, hollow)->storage_wiped);
    const Hash expected = s.root_after(diff);
    s.apply(diff);
    EXPECT_EQ(s.root(), expected);
    EXPECT_TRUE(s.accounts().at(hollow).storage.empty());
}

TEST(JournalDeletion, a_destructed_account_vanishes_with_what_it_received_later) {
    Over o;
    o.j.destruct(o.row(contract));
    o.j.credit(o.row(contract), 9);
    EXPECT_EQ(o.j.nonce(o.row(contract)), 1U) << "not before the transaction's end";
    o.put(contract, 1, 12);
    EXPECT_EQ(o.at(contract, 1), U256{12});
    const StateDiff diff = o.ended();
    ASSERT_EQ(diff.accounts.size(), 1U);
    EXPECT_EQ(diff.accounts[0], (AccountChange{.address = contract, .exists = false}));
    EXPECT_TRUE(diff.slots.empty());
}

TEST(JournalDeletion, a_recreated_account_lists_new_slots_only) {
    Over o;
    EXPECT_EQ(o.at(contract, 1), U256{11});
    o.put(contract, 3, 33);
    o.j.destruct(o.row(contract));
    o.next_transaction();
    const Row row = o.row(contract);
    EXPECT_FALSE(o.j.exists(row));
    EXPECT_FALSE(o.j.has_storage(row));
    EXPECT_TRUE(o.j.code(row).empty());
    o.j.create(row);
    o.j.credit(row, 4);
    for (uint64_t key = 1; key < 4; ++key) EXPECT_EQ(o.at(contract, key), U256{}) << key;
    o.put(contract, 2, 22);  // the value of old, but new
    o.put(contract, 4, 44);
    o.put(contract, 3, 1);
    o.put(contract, 3, 0);
    EXPECT_TRUE(o.j.has_storage(row));
    const StateDiff diff = o.ended();
    ASSERT_EQ(diff.accounts.size(), 1U);
    EXPECT_TRUE(diff.accounts[0].storage_wiped);
    EXPECT_EQ(slots_of(diff, contract), (std::vector<SlotChange>{{2, 22}, {4, 44}}));
    const MemoryState& before = o.state;
    MemoryState after = before;
    after.apply(diff);
    EXPECT_EQ(after.accounts().at(contract).storage.size(), 2U);
    EXPECT_EQ(before.root_after(diff), after.root());
}

TEST(JournalDeletion, an_account_made_in_this_block_has_nothing_to_wipe) {
    Over o;
    o.j.create(o.row(absent));
    o.put(absent, 1, 1);
    o.j.destruct(o.row(absent));
    o.next_transaction();
    o.j.credit(o.row(absent), 3);
    const StateDiff diff = o.ended();
    ASSERT_EQ(diff.accounts.size(), 1U);
    EXPECT_EQ(diff.accounts[0], (AccountChange{.address = absent, .balance = 3}));
}

TEST(JournalDeletion, an_account_made_and_destructed_in_one_block_is_no_change) {
    Over o;
    o.j.create(o.row(absent));
    o.j.credit(o.row(absent), 1);
    o.put(absent, 1, 1);
    o.j.destruct(o.row(absent));
    EXPECT_EQ(o.ended(), StateDiff{});
}

TEST(JournalDeletion, the_next_block_does_not_see_slots_from_before_the_destruction) {
    Over o;
    o.put(contract, 1, 12);
    o.j.destruct(o.row(contract));
    EXPECT_FALSE(find(o.next_block(), contract)->exists);
    EXPECT_FALSE(o.j.has_storage(o.row(contract)));
    o.j.create(o.row(contract));
    o.j.set_nonce(o.row(contract), 1);
    EXPECT_EQ(o.at(contract, 1), U256{}) << "written in block 1";
    EXPECT_EQ(o.at(contract, 2), U256{}) << "never read";
    o.put(contract, 2, 5);
    const StateDiff second = o.next_block();
    EXPECT_EQ(*find(second, contract), (AccountChange{.address = contract, .nonce = 1, .slot_count = 1}))
        << "block 2 found no storage to wipe";
    EXPECT_EQ(slots_of(second, contract), (std::vector<SlotChange>{{2, 5}}));

    EXPECT_EQ(o.at(contract, 2), U256{5});
    EXPECT_TRUE(o.j.has_storage(o.row(contract)));
    o.j.destruct(o.row(contract));
    o.next_transaction();
    o.j.credit(o.row(contract), 1);
    const StateDiff third = o.next_block();
    EXPECT_TRUE(find(third, contract)->storage_wiped) << "in block 3 there was";
    EXPECT_EQ(third.slots.size(), 0U);
}

TEST(JournalDeletion, whether_a_diff_says_wiped_does_not_depend_on_the_window) {
    // Block 1 clears all storage, block 2 destructs the account and brings it back.
    const auto clear = [](Over& o) {
        o.put(contract, 1, 0);
        o.put(contract, 2, 0);
    };
    const auto bring_back = [](Over& o) {
        o.j.destruct(o.row(contract));
        o.next_transaction();
        o.j.credit(o.row(contract), 1);
    };
    Over window;
    clear(window);
    MemoryState between = window.state;
    between.apply(window.next_block());
    bring_back(window);
    Over alone(between);
    bring_back(alone);
    EXPECT_EQ(window.ended(), alone.ended());
}

TEST(JournalDeletion, storage_counts_against_creation) {  // EIP-7610
    MemoryState s = small_state();
    s.set_account(absent, 0, 0, {});
    s.set_slot(absent, 9, 1);
    Over o(s);
    EXPECT_TRUE(o.j.has_storage(o.row(contract)));
    EXPECT_TRUE(o.j.has_storage(o.row(absent)));
    EXPECT_FALSE(o.j.has_storage(o.row(rich)));
    EXPECT_FALSE(o.j.values(o.row(rich)).has_storage);
    const auto checkpoint = o.j.checkpoint();
    o.put(rich, 1, 1);
    EXPECT_TRUE(o.j.has_storage(o.row(rich)));
    EXPECT_TRUE(o.j.values(o.row(rich)).has_storage);
    o.put(rich, 1, 0);
    EXPECT_FALSE(o.j.has_storage(o.row(rich))) << "written, but cleared again";
    EXPECT_FALSE(o.j.values(o.row(rich)).has_storage);
    o.j.revert(checkpoint);
    EXPECT_FALSE(o.j.has_storage(o.row(rich)));
}

}  // namespace
}  // namespace warpevm::test
