// SPDX-License-Identifier: Apache-2.0
#include "evm/state/memory_state.hpp"

#include <gtest/gtest.h>

#include "evm/base/hex.hpp"
#include "evm/crypto/keccak.hpp"
#include "evm/trie/trie.hpp"

namespace warpevm {
namespace {

const Address a = Address::from_low(0xa), b = Address::from_low(0xb), c = Address::from_low(0xc);
const Bytes code{0x60, 0x01};

MemoryState sample(bool closed = true) {
    MemoryState s(closed);
    s.set_account(a, 1, 100, code);
    s.set_slot(a, 5, 50);
    s.set_slot(a, 6, 60);
    s.set_account(b, 0, 200, {});
    s.set_block_hash(9, Hash{{9}});
    return s;
}

/// b gets a slot and code, a loses one, c is new.
StateDiff sample_diff() {
    StateDiff d;
    d.accounts = {{.address = a,
                   .nonce = 2,
                   .balance = 90,
                   .code_hash = keccak256(code),
                   .first_slot = 0,
                   .slot_count = 2},
                  {.address = b,
                   .nonce = 1,
                   .balance = 0,
                   .code_hash = keccak256(Bytes{7}),
                   .first_slot = 2,
                   .slot_count = 1},
                  {.address = c, .balance = 10}};
    d.slots = {{5, 0}, {7, 70}, {1, 11}};
    d.codes = {{keccak256(Bytes{7}), 0, 1}};
    d.code_bytes = {7};
    return d;
}

TEST(MemoryState, a_closed_state_knows_everything) {
    const MemoryState s = sample();
    EXPECT_EQ(s.read_account(a).value, (AccountRecord{1, 100, keccak256(code), true}));
    EXPECT_EQ(s.read_account(b).value, (AccountRecord{0, 200, empty_code_hash, false}));
    EXPECT_EQ(s.read_account(c).knowledge, Knowledge::absent);
    EXPECT_EQ(s.read_slot({a, 5}).value, U256{50});
    EXPECT_EQ(s.read_slot({a, 9}).knowledge, Knowledge::absent);
    EXPECT_EQ(s.read_slot({c, 9}).knowledge, Knowledge::absent);
    EXPECT_TRUE(equal(s.read_code(keccak256(code)).value, code));
    EXPECT_EQ(s.read_code(empty_code_hash).knowledge, Knowledge::value);
    EXPECT_EQ(s.read_code(Hash{}).knowledge, Knowledge::absent);
    EXPECT_EQ(s.read_block_hash(9).value, Hash{{9}});
    EXPECT_EQ(s.read_block_hash(8).knowledge, Knowledge::absent);
}

TEST(MemoryState, an_open_state_knows_what_it_was_told) {
    MemoryState s = sample(false);
    EXPECT_EQ(s.read_account(c).knowledge, Knowledge::unknown);
    EXPECT_EQ(s.read_slot({a, 9}).knowledge, Knowledge::unknown);
    EXPECT_EQ(s.read_slot({c, 9}).knowledge, Knowledge::unknown);
    EXPECT_EQ(s.read_code(Hash{}).knowledge, Knowledge::unknown);
    EXPECT_EQ(s.read_block_hash(8).knowledge, Knowledge::unknown);
    s.set_slot(a, 9, 0);
    EXPECT_EQ(s.read_slot({a, 9}).knowledge, Knowledge::absent);
    s.set_absent(c);
    EXPECT_EQ(s.read_account(c).knowledge, Knowledge::absent);
    EXPECT_EQ(s.read_slot({c, 1}).knowledge, Knowledge::absent);
    s.apply(sample_diff());
    EXPECT_EQ(s.read_account(c).value.balance, U256{10});
    EXPECT_EQ(s.read_slot({c, 1}).knowledge, Knowledge::absent);  // it did not exist before
    EXPECT_EQ(s.read_slot({a, 5}).knowledge, Knowledge::absent);  // it was cleared
    EXPECT_EQ(s.read_slot({b, 2}).knowledge, Knowledge::unknown);
}

TEST(MemoryState, clearing_a_slot_removes_it) {
    MemoryState s = sample();
    s.set_slot(a, 5, 0);
    s.set_slot(a, 6, 0);
    EXPECT_FALSE(s.read_account(a).value.has_storage);
    s.set_slot(c, 1, 0);
    EXPECT_EQ(s.read_account(c).knowledge, Knowledge::absent);
}

TEST(MemoryState, an_empty_state_has_the_empty_root) {
    EXPECT_EQ(MemoryState().root(), empty_trie_root);
}

TEST(MemoryState, root_after_a_difference_is_the_root_when_it_was_applied) {
    MemoryState s = sample();
    const Hash before = s.root();
    const Hash predicted = s.root_after(sample_diff());
    EXPECT_EQ(s.root(), before);
    s.apply(sample_diff());
    EXPECT_EQ(s.root(), predicted);
    EXPECT_NE(predicted, before);

    MemoryState same;
    same.set_account(a, 2, 90, code);
    same.set_slot(a, 6, 60);
    same.set_slot(a, 7, 70);
    same.set_account(b, 1, 0, Bytes{7});
    same.set_slot(b, 1, 11);
    same.set_account(c, 0, 10, {});
    EXPECT_EQ(same.root(), predicted);
    EXPECT_TRUE(equal(s.code(keccak256(Bytes{7})), Bytes{7}));
}

TEST(MemoryState, removal_and_wiping_take_the_storage_along) {
    StateDiff d;
    d.accounts = {{.address = a, .storage_wiped = true, .balance = 1, .first_slot = 0, .slot_count = 1},
                  {.address = b, .exists = false}};
    d.slots = {{6, 66}};
    MemoryState s = sample();
    const Hash predicted = s.root_after(d);
    s.apply(d);
    EXPECT_EQ(s.root(), predicted);
    EXPECT_EQ(s.read_slot({a, 5}).knowledge, Knowledge::absent);
    EXPECT_EQ(s.read_slot({a, 6}).value, U256{66});
    EXPECT_EQ(s.read_account(b).knowledge, Knowledge::absent);
    EXPECT_EQ(s.accounts().size(), 1U);
}

TEST(MemoryState, copies_do_not_change_with_the_original) {
    MemoryState s = sample();
    const MemoryState copy = s;
    const BytesView seen = copy.code(keccak256(code));
    s.apply(sample_diff());
    s = MemoryState();
    EXPECT_EQ(copy.root(), sample().root());
    EXPECT_TRUE(equal(seen, code));
}

}  // namespace
}  // namespace warpevm
