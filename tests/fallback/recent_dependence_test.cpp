// SPDX-License-Identifier: Apache-2.0
#include "fallback/schedule/recent_dependence.hpp"

#include <gtest/gtest.h>

#include <random>

namespace warpevm {
namespace {

TEST(RecentDependence, independent_transactions_make_no_chain) {
    RecentDependence recent;
    for (uint32_t i = 0; i < 10; ++i) recent.note(100 + i, 0);
    const auto sum = recent.sum(16);
    EXPECT_EQ(sum.transactions, 10U);
    EXPECT_EQ(sum.gas, 1045U);
    EXPECT_EQ(sum.near, 0U);
    EXPECT_EQ(sum.longest.length, 1U);
    EXPECT_EQ(sum.longest.gas, 109U);
}

TEST(RecentDependence, two_interleaved_chains_are_half_each) {
    RecentDependence recent;
    for (uint32_t i = 0; i < 40; ++i) recent.note(10, i < 2 ? 0 : 2);
    const auto sum = recent.sum(16);
    EXPECT_EQ(sum.longest.length, 20U);
    EXPECT_EQ(sum.longest.gas, 200U);
    EXPECT_EQ(sum.near, 38U);
}

TEST(RecentDependence, what_is_out_of_reach_is_not_near_but_still_a_chain) {
    RecentDependence recent;
    for (uint32_t i = 0; i < 40; ++i) recent.note(10, i < 20 ? 0 : 20);
    const auto sum = recent.sum(16);
    EXPECT_EQ(sum.near, 0U);
    EXPECT_EQ(sum.longest.length, 2U);
}

TEST(RecentDependence, remembers_the_last_ones_and_forgets_on_demand) {
    RecentDependence recent;
    for (uint32_t i = 0; i < 1000; ++i) recent.note(i < 900 ? 1000 : 1, 1);
    auto sum = recent.sum(1);
    EXPECT_EQ(sum.transactions, RecentDependence::capacity);
    EXPECT_EQ(sum.gas, RecentDependence::capacity);
    EXPECT_EQ(sum.longest.length, RecentDependence::capacity);
    recent.forget();
    sum = recent.sum(1);
    EXPECT_EQ(sum.transactions, 0U);
    EXPECT_EQ(sum.longest.gas, 0U);
    recent.note(7, 1);
    EXPECT_EQ(recent.sum(1).longest.length, 1U) << "the one before was forgotten";
}

/// Against chains followed one by one.
TEST(RecentDependence, equals_the_plain_definition) {
    std::minstd_rand random(1);
    for (int round = 0; round < 200; ++round) {
        RecentDependence recent;
        const auto count = static_cast<uint32_t>(random() % 200);
        std::vector<uint64_t> gas(count);
        std::vector<uint32_t> distance(count);
        for (uint32_t i = 0; i < count; ++i) {
            gas[i] = 1 + random() % 1000;
            distance[i] = random() % 3 == 0 ? static_cast<uint32_t>(random() % 20) : 0;
            recent.note(gas[i], distance[i]);
        }
        const uint32_t first = count - std::min(count, RecentDependence::capacity);
        uint64_t most = 0;
        for (uint32_t i = first; i < count; ++i) {
            uint64_t chain = 0;
            for (uint32_t at = i;;) {
                chain += gas[at];
                if (distance[at] == 0 || at - first < distance[at]) break;
                at -= distance[at];
            }
            most = std::max(most, chain);
        }
        EXPECT_EQ(recent.sum(16).longest.gas, most);
    }
}

}  // namespace
}  // namespace warpevm
