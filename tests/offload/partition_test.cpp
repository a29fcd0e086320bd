// SPDX-License-Identifier: Apache-2.0
// Groups, levels, and what is learned of calls.
#include "host/offload/partition.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "bench/workload/calls.hpp"
#include "bench/workload/contracts.hpp"
#include "host/offload/key_filter.hpp"
#include "host/offload/window_plan.hpp"

namespace warpevm::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

const Address token = Address::from_low(0x70), pair = Address::from_low(0x71);

/// A block whose transactions live as long as it.
struct Window {
    std::deque<Transaction> made;
    BlockInput block;
    explicit Window(Fork fork = Fork::cancun) { block.rules.fork = fork; }
    BlockTransaction& add(const Address& from, Transaction tx) {
        return block.transactions.emplace_back(BlockTransaction{&made.emplace_back(std::move(tx)), from, {}});
    }
    [[nodiscard]] Partition parts(const AccessTable& known = {}) const {
        return partition({&block, 1}, known);
    }
};
Address who(uint64_t n) {
    return Address::from_low(0x1000 + n);
}
SlotKey balance(const Address& owner) {
    return {token, workload::token_balance_slot(owner)};
}
Hash code_of(const Address& contract) {
    return to_bytes32(to_u256(contract));
}
/// A table that saw some transfers of the token, and swaps at the pair.
void teach(AccessTable& table) {
    for (uint64_t i = 0; i < 3; ++i) {
        Window w;
        const auto& tx = w.add(who(i), workload::token_transfer(token, who(100 + i), 5));
        const std::vector<SlotKey> both{balance(who(i)), balance(who(100 + i))};
        table.learn(tx, code_of(token), both, both);
        const auto& swap = w.add(who(i), workload::swap(pair, true, 5, who(i)));
        const std::vector<SlotKey> reserves{{pair, workload::layout::pair_reserves}};
        table.learn(swap, code_of(pair), reserves, reserves);
    }
}

TEST(Partitions, TransfersDoNotMeet) {
    Window w;
    for (uint64_t i = 0; i < 5; ++i) w.add(who(1), workload::transfer(who(2), 1));
    const Partition p = w.parts();
    EXPECT_THAT(p.level_of, ElementsAre(1, 1, 1, 1, 1)) << "debits and credits are no conflicts";
    ASSERT_EQ(p.groups.size(), 1U);
    EXPECT_EQ(p.groups[0].kind, GroupKind::transfers);
    EXPECT_EQ(p.groups[0].work.transactions, 5U);
}

TEST(Partitions, KindsAndSizesApart) {
    Window w;
    w.add(who(1), workload::transfer(who(2), 1));
    w.add(who(1), workload::call(token, 100'000, Bytes(4)));
    w.add(who(1), workload::call(token, 30'000'000, Bytes(4)));
    w.add(who(1), workload::token_creation(5));
    w.add(who(1), workload::call(token, 110'000, Bytes(4)));
    w.add(who(1), {}).invalid = Error{ErrorCode::sender_mismatch, ""};
    const Partition p = w.parts();
    EXPECT_EQ(p.groups.size(), 5U);
    EXPECT_EQ(p.group_of[1], p.group_of[4]);
    EXPECT_EQ(p.groups[p.group_of[5]].kind, GroupKind::unsupported);
    EXPECT_EQ(p.groups[p.group_of[2]].work.longest, 30'000'000U);
    Window old(Fork::homestead);
    old.add(who(1), workload::transfer(who(2), 1));
    EXPECT_EQ(old.parts().groups[0].kind, GroupKind::unsupported);
}

TEST(Partitions, AccessListsTell) {
    Window w;
    const auto listed = [&](uint64_t slot) {
        Transaction tx = workload::call(token, 100'000, {1, 2, 3, 4});
        tx.access_list = {{token, {to_bytes32(slot)}}};
        w.add(who(1), tx);
    };
    listed(1), listed(2), listed(1), listed(1), listed(2);
    EXPECT_THAT(w.parts().level_of, ElementsAre(1, 1, 2, 3, 2));
    EXPECT_EQ(w.parts().critical_path, 300'000U);
}

TEST(AccessTables, FindMappingsAndPlainSlots) {
    AccessTable table;
    teach(table);
    Window w;
    const auto& tx = w.add(who(7), workload::token_transfer(token, who(8), 5));
    EXPECT_THAT(table.expected_keys(tx, code_of(token)).slots,
                UnorderedElementsAre(balance(who(7)), balance(who(8))));
    EXPECT_THAT(table.expected_keys(tx, code_of(token)).accounts, ElementsAre(token));
    const auto& swap = w.add(who(7), workload::swap(pair, false, 1, who(7)));
    EXPECT_THAT(table.expected_keys(swap, code_of(pair)).slots,
                ElementsAre(SlotKey{pair, workload::layout::pair_reserves}));
}

TEST(AccessTables, FindMappingsInMappings) {
    AccessTable table;
    const auto call = [](uint64_t owner) {
        return workload::call(token, 100'000,
                              workload::call_data("transferFrom(address,address,uint256)",
                                                  {to_u256(who(owner)), to_u256(who(50)), 1}));
    };
    Window w;
    const std::vector<SlotKey> seen{{token, workload::token_allowance_slot(who(3), who(1))}};
    table.learn(w.add(who(1), call(3)), code_of(token), seen, seen);
    EXPECT_THAT(table.expected_keys(w.add(who(2), call(9)), code_of(token)).slots,
                ElementsAre(SlotKey{token, workload::token_allowance_slot(who(9), who(2))}));
}

TEST(AccessTables, WhatDoesNotHoldIsDropped) {
    AccessTable table;
    Window w;
    const auto touch = [&](uint64_t from, uint64_t slot) {
        const std::vector<SlotKey> seen{{token, 5}, {token, slot}};
        table.learn(w.add(who(from), workload::token_transfer(token, who(60), 1)), code_of(token), seen, {});
    };
    touch(1, 1000);
    touch(2, 1001);
    EXPECT_THAT(
        table.expected_keys(w.add(who(3), workload::token_transfer(token, who(60), 1)), code_of(token)).slots,
        ElementsAre(SlotKey{token, 5}));
}

TEST(KeyFilters, NeverDenyWhatIsThereAndRarelyClaimWhatIsNot) {
    KeyFilter filter;
    for (const size_t count : {0U, 1U, 1000U, 100'000U}) {
        filter.reset(count);
        for (size_t i = 0; i < count; ++i) filter.insert(hash_value(who(i)));
        size_t claimed = 0;
        for (size_t i = 0; i < count; ++i) {
            ASSERT_TRUE(filter.may_contain(hash_value(who(i)))) << i << " of " << count;
            claimed += filter.may_contain(hash_value(who(count + i))) ? 1 : 0;
        }
        EXPECT_LE(claimed, count / 100 + 1) << count;
    }
}

TEST(AccessTables, ReadersDoNotMeet) {
    AccessTable table;
    Window w;
    const std::vector<SlotKey> seen{{token, 5}};
    table.learn(w.add(who(1), workload::call(token, 50'000, {1, 2, 3, 4})), code_of(token), seen, {});
    EXPECT_THAT(w.parts(table).level_of, ElementsAre(1));
    for (int i = 0; i < 3; ++i) w.add(who(1), workload::call(token, 50'000, {1, 2, 3, 4}));
    EXPECT_THAT(w.parts(table).level_of, ElementsAre(1, 1, 1, 1));
}

TEST(AccessTables, AreBounded) {
    AccessTable table;
    Window w;
    std::vector<SlotKey> many;
    for (uint64_t i = 0; i < 100; ++i) many.push_back({token, i});
    for (uint64_t i = 0; i < AccessTable::most_calls + 10; ++i) {
        const Address contract = Address::from_low(i + 1);
        const Hash code = code_of(contract);
        const auto& tx = w.add(who(1), workload::call(contract, 50'000, {1, 2, 3, 4}));
        table.learn(tx, code, many, {});
        EXPECT_LE(table.size(), AccessTable::most_calls);
        EXPECT_LE(table.expected_keys(tx, code).slots.size(), AccessTable::most_rules);
        EXPECT_TRUE(table.is_curious(tx, code));
    }
    const auto& last = w.block.transactions.back();
    const Hash code = code_of(*last.tx->to);
    for (uint32_t i = 1; i < AccessTable::most_looks; ++i) table.learn(last, code, many, {});
    EXPECT_FALSE(table.is_curious(last, code));
}

/// What is known of a pair holds for each other one of the same code, of which the table is told by and by.
TEST(AccessTables, GoByCode) {
    AccessTable table;
    teach(table);
    Window w;
    const Address other = Address::from_low(0x72);
    const auto& swap = w.add(who(7), workload::swap(other, false, 1, who(7)));
    EXPECT_THAT(table.expected_keys(swap, code_of(token)).slots, IsEmpty());
    std::vector<ExpectedSlot> expected;
    EXPECT_FALSE(table.expect(swap, expected));
    const ExpectedKeys keys = table.expected_keys(swap, code_of(pair));
    EXPECT_THAT(keys.slots, ElementsAre(SlotKey{other, workload::layout::pair_reserves}));
    EXPECT_THAT(keys.accounts, ElementsAre(other));
    EXPECT_TRUE(table.expect(swap, expected));
    EXPECT_EQ(expected.size(), 1U);
    w.add(who(8), workload::swap(other, false, 1, who(8)));
    w.add(who(9), workload::swap(pair, false, 1, who(9)));
    EXPECT_THAT(w.parts(table).level_of, ElementsAre(1, 2, 1));
}

/// A contract that calls others: what it touches there is the same for all of its code, or is dropped.
TEST(AccessTables, ForeignSlotsAreThoseOfTheOtherContract) {
    AccessTable table;
    Window w;
    const auto learn = [&](const Address& contract, const SlotKey& foreign) {
        const std::vector<SlotKey> seen{{contract, 3}, {token, 5}, foreign};
        table.learn(w.add(who(1), workload::call(contract, 50'000, {1, 2, 3, 4})), code_of(pair), seen, {});
    };
    const Address one = Address::from_low(0x80), two = Address::from_low(0x81);
    learn(one, {token, 6});
    learn(two, {token, 7});
    EXPECT_THAT(
        table.expected_keys(w.add(who(1), workload::call(who(3), 50'000, {1, 2, 3, 4})), code_of(pair)).slots,
        UnorderedElementsAre(SlotKey{who(3), 3}, SlotKey{token, 5}));
}

TEST(AccessTables, ShortCallDataIsNoMatter) {
    AccessTable table;
    Window w;
    const std::vector<SlotKey> seen{balance(who(1)), balance(who(2))};
    table.learn(w.add(who(1), workload::token_transfer(token, who(2), 1)), code_of(token), seen, seen);
    Transaction cut = workload::token_transfer(token, who(2), 1);
    for (const size_t size : {67U, 36U, 35U, 5U, 4U, 3U, 0U}) {
        cut.data.resize(size);
        const auto& tx = w.add(who(1), cut);
        EXPECT_LE(table.expected_keys(tx, code_of(token)).slots.size(), 2U);
        table.learn(tx, code_of(token), seen, {});
    }
    EXPECT_EQ(w.parts(table).level_of.size(), 8U);
}

TEST(Partitions, WhatIsKnownOfCallsMakesLevels) {
    AccessTable table;
    teach(table);
    Window w;
    w.add(who(1), workload::token_transfer(token, who(2), 1));
    w.add(who(3), workload::token_transfer(token, who(4), 1));
    w.add(who(2), workload::token_transfer(token, who(5), 1));
    w.add(who(5), workload::token_transfer(token, who(6), 1));
    for (int i = 0; i < 3; ++i) w.add(who(9), workload::swap(pair, true, 1, who(9)));
    const Partition p = w.parts(table);
    EXPECT_THAT(p.level_of, ElementsAre(1, 1, 2, 3, 1, 2, 3));
    EXPECT_EQ(p.predicted, 7U);
}

RouteQuestion fast_device() {
    RouteQuestion q{.most_levels = 2, .device = DeviceState::ready};
    q.costs.device.batch = 1e-6;
    q.costs.device.packing = 1e-7;
    q.costs.device.lane_gas = 1e-12;
    return q;
}

TEST(WindowPlans, DeepLevelsStay) {
    AccessTable table;
    teach(table);
    Window w;
    for (int i = 0; i < 4; ++i) w.add(who(9), workload::swap(pair, true, 1, who(9)));
    const WindowPlan plan = plan_window({&w.block, 1}, table, fast_device());
    EXPECT_THAT(plan.level_of, ElementsAre(1, 2, 0, 0));
    EXPECT_EQ(plan.to_device, 2U);
    EXPECT_EQ(plan.reason_of(2), RouteReason::deep_chain);
    EXPECT_EQ(plan.reason_of(0), RouteReason::pays);
}

TEST(WindowPlans, WhatDoesNotPayIsNotPartitioned) {
    Window w;
    w.add(who(9), workload::transfer(who(1), 1));
    RouteQuestion q = fast_device();
    q.costs.device.batch = 1;
    const WindowPlan plan = plan_window({&w.block, 1}, {}, q);
    EXPECT_TRUE(plan.groups.empty());
    EXPECT_EQ(plan.reason_of(0), RouteReason::too_small);
}

TEST(WindowPlans, TogetherTheyMustPay) {
    AccessTable table;
    teach(table);
    Window w;
    // One level pays, but most of the window is a chain.
    for (int i = 0; i < 1000; ++i) w.add(who(9), workload::swap(pair, true, 1, who(9)));
    RouteQuestion q = fast_device();
    q.costs.device.batch = 1e-3;
    const WindowPlan plan = plan_window({&w.block, 1}, table, q);
    EXPECT_TRUE(plan.whole.to_device);
    EXPECT_EQ(plan.to_device, 0U);
    EXPECT_EQ(plan.reason_of(0), RouteReason::too_small);
    EXPECT_EQ(plan.reason_of(999), RouteReason::deep_chain);
}

}  // namespace
}  // namespace warpevm::test
