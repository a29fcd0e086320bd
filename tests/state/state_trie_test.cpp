// SPDX-License-Identifier: Apache-2.0
// Roots that cost what changed, against roots of whole states.
#include "evm/state/state_trie.hpp"

#include <gtest/gtest.h>

#include <random>

namespace warpevm {
namespace {

Address address(uint64_t i) {
    return Address::from_low(0xa00 + i);
}

MemoryState random_state(std::mt19937_64& random, uint64_t accounts, uint64_t slots) {
    MemoryState state;
    for (uint64_t i = 0; i < accounts; ++i) {
        state.set_account(address(i), random() % 3, random() % 1000, {});
        for (uint64_t k = random() % (slots + 1); k > 0; --k)
            state.set_slot(address(i), random() % 100, random());
    }
    return state;
}

/// Some accounts change, vanish, are there anew or come back without their storage; slots are set and
/// cleared.
StateDiff random_diff(std::mt19937_64& random, uint64_t accounts) {
    const auto pick = [&](uint64_t n) { return random() % n; };
    StateDiff diff;
    for (uint64_t i = 0; i < accounts; ++i) {
        if (pick(3) != 0) continue;
        AccountChange c{.address = address(i), .exists = pick(4) != 0};
        if (c.exists) {
            c.storage_wiped = pick(6) == 0;
            c.nonce = pick(3);
            c.balance = pick(2) == 0 ? U256{pick(5)} : U256(random(), random(), random(), random());
            if (pick(4) == 0) c.code_hash = Hash{{static_cast<uint8_t>(1 + pick(3))}};
            c.first_slot = static_cast<uint32_t>(diff.slots.size());
            for (uint64_t k = 0; k < 100; ++k)
                if (pick(12) == 0) diff.slots.push_back({k, pick(2) == 0 ? U256{} : U256{random()}});
            c.slot_count = static_cast<uint32_t>(diff.slots.size()) - c.first_slot;
        }
        diff.accounts.push_back(c);
    }
    return diff;
}

TEST(StateTrie, of_nothing) {
    const MemoryState state;
    StateTrie trie(state);
    EXPECT_FALSE(trie.is_built());
    EXPECT_EQ(trie.root(), state.root());
    EXPECT_TRUE(trie.is_built());
}

/// Runs ahead, comes back, and follows its state.
TEST(StateTrie, has_the_root_of_the_whole_state) {
    size_t kept = 0, taken_back = 0;
    for (uint64_t seed = 0; seed < 300; ++seed) {
        std::mt19937_64 random(seed);
        MemoryState state = random_state(random, random() % 12, 20);
        StateTrie trie(state);
        for (int step = 0; step < 12; ++step) {
            MemoryState ahead = state;
            for (uint64_t i = random() % 4; i > 0; --i) {
                const StateDiff diff = random_diff(random, 16);
                trie.apply(diff);
                ahead.apply(diff);
                if (random() % 2 == 0) {
                    ASSERT_EQ(trie.root(), ahead.root()) << seed << ", " << step;
                }
            }
            if (random() % 2 == 0) {
                trie.take_back();
                ++taken_back;
            } else {
                state = ahead;
                trie.keep();
                ++kept;
            }
            ASSERT_EQ(trie.root(), state.root()) << seed << ", " << step;
            const StateDiff diff = random_diff(random, 16);
            ASSERT_EQ(trie.root_after(diff), state.root_after(diff)) << seed << ", " << step;
            trie.take_back();
        }
    }
    EXPECT_GT(kept, 1000U);
    EXPECT_GT(taken_back, 1000U);
}

TEST(StateTrie, begins_anew_with_each_execution) {
    std::mt19937_64 random(7);
    const MemoryState state = random_state(random, 8, 10);
    StateTrie shared(state);
    for (const BeginStateRoots& begin : {roots_over(state), roots_over(shared)})
        for (int i = 0; i < 3; ++i) {
            const auto roots = begin();
            const StateDiff diff = random_diff(random, 10);
            roots->apply(diff);
            EXPECT_EQ(roots->root().value(), state.root_after(diff));
        }
}

/// N changes of a state of M accounts hash some N log M nodes, whatever the state holds beside them.
TEST(StateTrie, hashes_what_changed) {
    std::mt19937_64 random(8);
    uint64_t hashed_in_small = 0;
    for (const uint64_t accounts : {1'000, 64'000}) {
        MemoryState state;
        for (uint64_t i = 0; i < accounts; ++i) state.set_account(address(i), 1, i, {});
        for (uint64_t k = 0; k < accounts; ++k) state.set_slot(address(0), k, k + 1);
        StateTrie trie(state);
        (void)trie.root();
        // The storage gets its trie when it changes first.
        trie.root_after({.accounts = {{.address = address(0), .slot_count = 1}},
                         .slots = {{0, 5}},
                         .codes = {},
                         .code_bytes = {}});
        const uint64_t before = trie.hashed_nodes();
        constexpr uint64_t transactions = 200;
        for (uint64_t i = 0; i < transactions; ++i) {
            const uint64_t slot = random() % (2 * accounts);
            StateDiff diff;
            diff.accounts = {{.address = address(0), .balance = i, .slot_count = 1},
                             {.address = address(1 + random() % (2 * accounts)), .balance = i}};
            diff.slots = {{slot, random()}};
            trie.apply(diff);
            (void)trie.root();
        }
        const uint64_t hashed = trie.hashed_nodes() - before;
        // Three paths, each a leaf and branches by the logarithm to the base of 16.
        EXPECT_LE(hashed, transactions * 3 * (accounts == 1000 ? 5 : 7));
        if (accounts == 1000) hashed_in_small = hashed;
        EXPECT_LE(hashed, 2 * hashed_in_small);
    }
}

}  // namespace
}  // namespace warpevm
