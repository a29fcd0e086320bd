// SPDX-License-Identifier: Apache-2.0
// The block's difference, windows of blocks, and reads that the state view can't answer.
#include <algorithm>

#include "tests/state/journal_setup.hpp"

namespace warpevm::test {
namespace {

using Over = JournalOver<false>;

TEST(JournalDiff, nothing_done_is_no_difference) {
    Over o;
    EXPECT_EQ(o.ended(), StateDiff{});
}

TEST(JournalDiff, what_comes_back_is_no_difference) {
    Over o;
    o.j.credit(o.row(rich), 5);
    o.put(contract, 1, 5);
    o.j.set_code(o.row(contract), o.code(new_code));
    o.next_transaction();
    o.j.debit(o.row(rich), 5);
    o.put(contract, 1, 11);
    o.j.set_code(o.row(contract), o.code(old_code));
    EXPECT_EQ(o.ended(), StateDiff{});
}

TEST(JournalDiff, is_ordered_and_complete) {
    Over o;
    for (const uint64_t n : {9, 2, 700, 1}) {
        const Address a = Address::from_low(n << 8);
        for (const uint64_t key : {5, 3, 900, 4}) o.put(a, key, n + key);
        o.j.credit(o.row(a), n);
    }
    o.j.set_code(o.row(rich), o.code(new_code));
    o.j.set_code(o.row(absent), o.code(new_code));
    o.j.set_code(o.row(hollow), o.code(Bytes{0x00}));
    const StateDiff diff = o.ended();
    const auto by_address = [](const AccountChange& x, const AccountChange& y) {
        return x.address < y.address;
    };
    EXPECT_TRUE(std::is_sorted(diff.accounts.begin(), diff.accounts.end(), by_address));
    EXPECT_EQ(diff.accounts.size(), 7U);
    EXPECT_EQ(slots_of(diff, Address::from_low(700 << 8)),
              (std::vector<SlotChange>{{3, 703}, {4, 704}, {5, 705}, {900, 1600}}));
    ASSERT_EQ(diff.codes.size(), 2U) << "the same code once";
    EXPECT_LT(diff.codes[0].hash, diff.codes[1].hash);
    for (const CodeChange& c : diff.codes) EXPECT_EQ(keccak256(diff.code(c)), c.hash);
    EXPECT_EQ(find(diff, rich)->code_hash, keccak256(new_code));
    EXPECT_EQ(find(diff, rich)->nonce, 7U);
    EXPECT_EQ(find(diff, rich)->balance, U256{1000});
}

TEST(JournalDiff, the_order_of_first_use_does_not_matter) {
    Over o, p;
    o.put(contract, 1, 5);
    o.j.credit(o.row(rich), 1);
    o.put(contract, 2, 6);
    p.put(contract, 2, 6);
    p.at(absent, 1);
    p.j.credit(p.row(rich), 1);
    p.put(contract, 1, 5);
    EXPECT_EQ(o.ended(), p.ended());
}

TEST(JournalDiff, code_taken_away_is_a_change_without_code) {
    Over o;
    o.j.set_code(o.row(contract), o.codes.empty());
    const StateDiff diff = o.ended();
    EXPECT_EQ(find(diff, contract)->code_hash, empty_code_hash);
    EXPECT_TRUE(diff.codes.empty());
}

TEST(JournalDiff, each_block_of_a_window_tells_its_own_part) {
    Over o;
    o.j.credit(o.row(rich), 5);
    o.put(contract, 1, 100);
    o.put(contract, 2, 0);
    const StateDiff first = o.next_block();
    EXPECT_EQ(o.at(contract, 1), U256{100});
    o.put(contract, 1, 11);  // the value of before the window
    o.j.set_nonce(o.row(rich), 8);
    const StateDiff second = o.next_block();
    EXPECT_EQ(o.ended(), StateDiff{}) << "the third does nothing";
    EXPECT_EQ(slots_of(first, contract), (std::vector<SlotChange>{{1, 100}, {2, 0}}));
    EXPECT_EQ(slots_of(second, contract), (std::vector<SlotChange>{{1, 11}}));
    EXPECT_EQ(*find(second, rich), (AccountChange{.address = rich, .nonce = 8, .balance = 1005}));
}

/// A window over one journal against a new journal per block over the state that the blocks before left.
TEST(JournalDiff, a_window_gives_what_single_blocks_give) {
    size_t wiped = 0, gone = 0;
    for (uint64_t seed = 0; seed < 400; ++seed) {
        MemoryState state = small_state();
        Over window(state);
        for (uint64_t block = 0; block < 5; ++block) {
            Over alone(state);
            for (uint64_t tx = 0; tx < 3; ++tx) {
                act(window, seed * 100 + block * 10 + tx);
                act(alone, seed * 100 + block * 10 + tx);
                window.next_transaction();
                alone.next_transaction();
            }
            const StateDiff expected = alone.ended();
            ASSERT_EQ(window.next_block().to_json(), expected.to_json()) << seed << " block " << block;
            for (const AccountChange& c : expected.accounts) {
                wiped += c.storage_wiped ? 1 : 0;
                gone += c.exists ? 0 : 1;
            }
            const Hash root = state.root_after(expected);
            state.apply(expected);
            ASSERT_EQ(state.root(), root) << seed;
        }
    }
    EXPECT_GT(wiped, 50U);
    EXPECT_GT(gone, 50U);
}

// ---- missing state
// -----------------------------------------------------------------------------------------------

struct Open {
    Open() {
        state.set_account(contract, 1, 50, old_code);
        state.set_slot(contract, 1, 11);
        state.set_slot(contract, 2, 0);
        state.set_absent(hollow);
        j.begin_block(true);
        j.begin_transaction();
    }
    MemoryState state{false};
    CodeCache codes;
    Journal<false> j{state, codes};
};

TEST(JournalMissing, what_is_known_is_no_error) {
    Open o;
    EXPECT_EQ(o.j.balance(o.j.account(contract)), U256{50});
    EXPECT_EQ(o.j.slot_row(o.j.slot(o.j.account(contract), 1)).current, U256{11});
    EXPECT_EQ(o.j.slot_row(o.j.slot(o.j.account(contract), 2)).current, U256{});
    EXPECT_FALSE(o.j.exists(o.j.account(hollow)));
    EXPECT_EQ(o.j.slot_row(o.j.slot(o.j.account(hollow), 5)).current, U256{});
    EXPECT_FALSE(o.j.missing().error);
}

TEST(JournalMissing, the_first_unknown_read_is_the_error) {
    Open o;
    o.j.account(rich);
    ASSERT_TRUE(o.j.missing().error);
    EXPECT_EQ(o.j.missing().error->code, ErrorCode::missing_state);
    EXPECT_NE(o.j.missing().error->detail.find(to_hex(rich)), std::string::npos);
    const std::string first = o.j.missing().error->detail;
    o.j.slot(o.j.account(contract), 3);
    EXPECT_EQ(o.j.missing().error->detail, first);
}

TEST(JournalMissing, an_unknown_slot_is_an_error_when_it_is_read) {
    Open o;
    o.j.unread_slot(o.j.account(contract), 3);
    EXPECT_FALSE(o.j.missing().error) << "an access list reads nothing";
    o.j.slot(o.j.account(contract), 3);
    ASSERT_TRUE(o.j.missing().error);
    EXPECT_EQ(o.j.missing().error->code, ErrorCode::missing_state);
}

TEST(JournalMissing, assumed_absence_is_counted_in_order) {
    Open o;
    o.j.missing().assume_absent = true;
    const Row row = o.j.account(contract);
    for (const uint64_t key : {4, 3, 4, 1})
        EXPECT_EQ(o.j.slot_row(o.j.slot(row, key)).current, U256{key == 1 ? 11U : 0U});
    EXPECT_TRUE(o.j.is_dead(o.j.account(rich)));
    o.j.slot(o.j.account(rich), 1);  // an account that isn't there has no slots to be missed
    o.j.account(rich);
    EXPECT_FALSE(o.j.missing().error);
    EXPECT_EQ(o.j.missing().slots, (std::vector<SlotKey>{{contract, 4}, {contract, 3}}));
    EXPECT_EQ(o.j.missing().accounts, (std::vector<Address>{rich}));
}

TEST(JournalMissing, code_is_never_assumed_absent) {
    MemoryState state(false);
    StateDiff no_code;
    no_code.accounts = {{.address = rich, .code_hash = Hash{{7}}}};
    state.apply(no_code);
    CodeCache codes;
    Journal<false> j(state, codes);
    j.missing().assume_absent = true;
    j.begin_block(true);
    j.begin_transaction();
    EXPECT_TRUE(j.code(j.account(rich)).empty());
    ASSERT_TRUE(j.missing().error);
    EXPECT_EQ(j.missing().error->code, ErrorCode::missing_state);
}

}  // namespace
}  // namespace warpevm::test
