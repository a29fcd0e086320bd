// SPDX-License-Identifier: Apache-2.0
// Versions of a hot account or slot: what is read is what applying them one by one gives, and no step count
// grows with how many there are.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "evm/state/memory_state.hpp"
#include "fallback/table/versions.hpp"

namespace warpevm::test {
namespace {

AccountEffect some_effect(std::mt19937_64& random) {
    AccountEffect e{.delta = random() % 7};
    if (random() % 4 == 0) e.nonce = 1 + random() % 9, e.flags |= WROTE_NONCE;
    if (random() % 8 == 0)
        e.code_hash = Hash{{static_cast<uint8_t>(random() % 3 + 1)}}, e.flags |= WROTE_CODE;
    if (random() % 2 == 0) e.flags |= TOUCHED;
    if (random() % 10 == 0) e.flags |= WIPED;
    return e;
}

/// In any order: publishing, committing from the front, withdrawing, marking as an estimate.
TEST(Versions, an_account_is_as_its_effects_one_by_one_make_it) {
    std::mt19937_64 random(7);
    for (int round = 0; round < 200; ++round) {
        Versions table;
        AccountEntry entry{Address{}};
        entry.committed = {.record = {.nonce = 1, .balance = 100}, .exists = true};
        AccountState committed = entry.committed;
        std::map<Position, std::pair<AccountEffect, AccountVersion>> all;
        Position next = 4;
        for (int step = 0; step < 120; ++step) {
            const Position position = 4 + 2 * (random() % 60);
            const auto found = all.find(position);
            switch (random() % 6) {
                case 0:
                case 1:
                case 2: {
                    const AccountEffect some = some_effect(random);
                    if (found != all.end() || position < next || only_touches(some)) break;
                    auto& [effect, version] = all[position];
                    effect = some;
                    version = AccountVersion(position, effect);
                    table.publish(entry, version);
                    break;
                }
                case 3:
                    if (found == all.end()) break;
                    table.withdraw(entry, found->second.second);
                    all.erase(found);
                    break;
                case 4:
                    if (found != all.end()) table.mark_estimate(entry, found->second.second);
                    break;
                default:
                    if (all.empty()) break;
                    apply(committed, all.begin()->second.first, all.begin()->first, true);
                    table.commit(entry, all.begin()->first, committed);
                    next = all.begin()->first + 2;
                    // Whoever withdraws one that was dropped does no harm.
                    table.withdraw(entry, all.begin()->second.second);
                    all.erase(all.begin());
            }
            AccountState expected = committed;
            Position estimate = 0;
            const Position at = 3 + random() % 130;
            for (const auto& [p, v] : all) {
                if (p >= at) break;
                apply(expected, v.first, p, true);
                if (v.second.own.estimate != 0) estimate = p;
            }
            Position found_estimate = 0;
            const AccountState got = table.at(entry, at, true, found_estimate);
            ASSERT_EQ(got.record, expected.record);
            ASSERT_EQ(got.exists, expected.exists);
            ASSERT_EQ(got.wiped, expected.wiped);
            ASSERT_EQ(found_estimate, estimate);
        }
    }
}

TEST(Versions, a_slot_is_what_the_last_one_before_wrote) {
    std::mt19937_64 random(8);
    const MemoryState nothing;
    Versions table;
    EntryStretches stretches;
    table.reset(nothing, 64, 64);
    const Row account = table.intern(Address{}, stretches);
    ASSERT_TRUE(table.load(table.account(account)));
    SlotEntry& entry = table.slot(table.intern(account, 5, stretches));
    std::vector<U256> values(400);
    std::vector<SlotVersion> versions(400);
    std::vector<size_t> order(400);
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::shuffle(order.begin(), order.end(), random);
    std::vector<bool> there(400);
    for (size_t n = 0; n < order.size(); ++n) {
        values[order[n]] = 1 + order[n];
        versions[order[n]] = SlotVersion(2 * order[n] + 10, values[order[n]]);
        table.publish(entry, versions[order[n]]);
        there[order[n]] = true;
        const size_t gone = order[random() % (n + 1)];
        if (n % 3 == 0 && there[gone]) {
            table.withdraw(entry, versions[gone]);
            there[gone] = false;
        }
        const size_t at = random() % 400;
        size_t last = at;
        while (last != 0 && !there[last - 1]) --last;
        Position estimate = 0;
        const Read<U256> read = table.at(entry, 2 * at + 10, 0, estimate);
        ASSERT_EQ(read.knowledge, last == 0 ? Knowledge::absent : Knowledge::value);
        ASSERT_EQ(read.value, U256{last});
    }
}

/// A position that counts how often it is looked at.
struct Counted {
    uint64_t value = 0;
    static inline uint64_t looks = 0;
    friend bool operator<(const Counted& x, const Counted& y) {
        ++looks;
        return x.value < y.value;
    }
};
struct CountedNode {
    Counted position;
    CountedNode *left = nullptr, *right = nullptr;
    uint32_t priority = 0;
    static inline uint64_t sums = 0;
    void sum_up() { ++sums; }
};

/// Steps for each of `count` versions that are published in the given order, read, and then committed in
/// order, as one after the other is in a block.
double steps_each(const std::vector<uint32_t>& order) {
    std::vector<CountedNode> nodes(order.size());
    VersionTree<CountedNode, Counted> tree;
    std::mt19937 random(3);
    Counted::looks = CountedNode::sums = 0;
    for (const uint32_t i : order) {
        nodes[i].position.value = i;
        nodes[i].priority = static_cast<uint32_t>(random());
        tree.insert(nodes[i]);
        (void)tree.last_before({i});
        uint64_t pieces = 0;
        tree.sum_before(
            {i + 1}, [&](const auto&) { ++pieces; }, [&](const auto&) { ++pieces; });
        CountedNode::sums += pieces;
    }
    for (uint32_t i = 0; i < order.size(); ++i) {
        tree.update(nodes[i], [](CountedNode&) {});
        if (i % 2 == 0) tree.erase(nodes[i]);
        tree.drop_up_to({i});
    }
    EXPECT_TRUE(tree.empty());
    return static_cast<double>(Counted::looks + CountedNode::sums) / static_cast<double>(order.size());
}

TEST(VersionTree, steps_do_not_grow_with_the_number_of_versions) {
    for (const int kind : {0, 1, 2}) {
        const auto order = [&](uint32_t count) {
            std::vector<uint32_t> all(count);
            for (uint32_t i = 0; i < count; ++i) all[i] = kind == 1 ? count - 1 - i : i;
            if (kind == 2) std::shuffle(all.begin(), all.end(), std::mt19937(5));
            return all;
        };
        const double few = steps_each(order(500)), many = steps_each(order(50'000));
        std::printf("order %d: %.1f and %.1f steps each\n", kind, few, many);
        EXPECT_LT(many, 2.5 * few) << "a hundred times as many may cost the logarithm";
        EXPECT_LT(many, 250);
    }
}

}  // namespace
}  // namespace warpevm::test
