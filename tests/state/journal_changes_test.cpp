// SPDX-License-Identifier: Apache-2.0
// What the journal says was changed since it was asked last, against the block's difference.
#include "tests/state/journal_setup.hpp"

namespace warpevm::test {
namespace {

using Over = JournalOver<false>;

struct Listing : Over {
    explicit Listing(bool state_clearing = true) : Over(small_state(), state_clearing) { j.list_changes(); }
    StateDiff changes() {
        next_transaction();
        return j.take_changes();
    }
};

TEST(JournalChanges, are_those_of_one_transaction) {
    Listing o;
    o.j.credit(o.row(rich), 5);
    o.put(contract, 1, 100);
    const StateDiff first = o.changes();
    EXPECT_EQ(*find(first, rich), (AccountChange{.address = rich, .nonce = 7, .balance = 1005}));
    EXPECT_EQ(slots_of(first, contract), (std::vector<SlotChange>{{1, 100}}));
    o.j.set_nonce(o.row(rich), 8);
    o.put(contract, 2, 0);
    const StateDiff second = o.changes();
    EXPECT_EQ(find(second, rich)->nonce, 8U);
    EXPECT_EQ(slots_of(second, contract), (std::vector<SlotChange>{{2, 0}}));
    EXPECT_EQ(o.changes(), StateDiff{});
}

TEST(JournalChanges, tell_of_values_that_came_back) {
    Listing o;
    o.j.credit(o.row(rich), 5);
    o.put(contract, 1, 100);
    (void)o.changes();
    o.j.debit(o.row(rich), 5);
    o.put(contract, 1, 11);
    const StateDiff changes = o.changes();
    EXPECT_EQ(find(changes, rich)->balance, U256{1000});
    EXPECT_EQ(slots_of(changes, contract), (std::vector<SlotChange>{{1, 11}}));
}

TEST(JournalChanges, go_across_blocks) {
    Listing o;
    o.j.credit(o.row(rich), 5);
    (void)o.next_block();
    o.j.credit(o.row(absent), 6);
    const StateDiff changes = o.changes();
    EXPECT_EQ(find(changes, rich)->balance, U256{1005});
    EXPECT_EQ(find(changes, absent)->balance, U256{6});
}

TEST(JournalChanges, of_an_account_that_was_deleted_and_made_again_say_that_its_storage_is_gone) {
    Listing o;
    o.j.destruct(o.row(contract));
    o.put(contract, 1, 12);
    const StateDiff gone = o.changes();
    EXPECT_FALSE(find(gone, contract)->exists);
    EXPECT_TRUE(slots_of(gone, contract).empty());
    o.j.credit(o.row(contract), 1);
    o.put(contract, 3, 33);
    EXPECT_FALSE(find(o.changes(), contract)->storage_wiped) << "that it was gone was told already";

    Listing p;
    p.j.destruct(p.row(contract));
    p.next_transaction();
    p.j.credit(p.row(contract), 1);
    p.put(contract, 3, 33);
    const StateDiff both = p.changes();
    EXPECT_TRUE(find(both, contract)->storage_wiped);
    EXPECT_EQ(slots_of(both, contract), (std::vector<SlotChange>{{3, 33}}));
}

TEST(JournalChanges, know_what_is_deleted_although_its_touch_was_reverted) {
    MemoryState state = small_state();
    state.set_account(ripemd, 0, 0, {});
    Over o(state);
    o.j.list_changes();
    const auto checkpoint = o.j.checkpoint();
    o.j.credit(o.row(ripemd), 0);
    o.j.revert(checkpoint);
    o.next_transaction();
    const StateDiff changes = o.j.take_changes();
    ASSERT_NE(find(changes, ripemd), nullptr);
    EXPECT_FALSE(find(changes, ripemd)->exists);
}

/// Asked after each transaction or after some, over windows of blocks, before and after empty accounts
/// vanish.
TEST(JournalChanges, lead_to_the_state_that_the_blocks_differences_lead_to) {
    for (uint64_t seed = 0; seed < 600; ++seed) {
        std::mt19937_64 random(seed);
        const bool clearing = seed % 2 == 0;
        Listing o(clearing);
        MemoryState blocks = small_state(), steps = blocks;
        for (uint64_t block = 0; block < 4; ++block) {
            for (uint64_t tx = 0; tx < 4; ++tx) {
                act(o, random());
                o.next_transaction();
                if (random() % 3 == 0) continue;
                steps.apply(o.j.take_changes());
                ASSERT_EQ(steps.root(), blocks.root_after(o.j.diff())) << seed << ", " << block << ", " << tx;
            }
            blocks.apply(o.next_block(clearing));
        }
        steps.apply(o.j.take_changes());
        ASSERT_EQ(steps.root(), blocks.root()) << seed;
    }
}

}  // namespace
}  // namespace warpevm::test
