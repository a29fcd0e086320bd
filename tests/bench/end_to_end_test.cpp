// SPDX-License-Identifier: Apache-2.0
// A device beside cores, by hand.
#include "tools/bench/end_to_end.hpp"

#include <gtest/gtest.h>

namespace warpevm::tools {
namespace {

constexpr DeviceRates device{.name = "plain",
                             .memory_bytes = 1e9,
                             .bus_bytes = 1e9,
                             .integer_operations = 1e9,
                             .resident_lanes = 1000,
                             .access_seconds = 1e-6};
/// A million a second over the bus, and faster at all else.
constexpr TransactionCost cost{
    .bytes_up = 1000, .bytes_down = 100, .memory_bytes = 100, .integer_operations = 10};

EndToEndHost host(double packing, double merging, double in_order, double execution) {
    return {.costs = {packing, merging, in_order, execution}, .cores = 10, .slots = 2};
}

TEST(EndToEnd, BothMeet) {
    // 8 cores at 1 us each beside 1 us: half and half, but for merging.
    const EndToEndHost h = host(1e-6, 0, 0, 8e-6);
    const EndToEnd e = end_to_end(device, cost, h, 1e6);
    EXPECT_EQ(e.binds, "bus up");
    EXPECT_NEAR(e.share, 0.5, 1e-3);
    EXPECT_NEAR(e.seconds, 0.5, 1e-3);
    EXPECT_NEAR(e.core_seconds, 0.8, 1e-9);
}

TEST(EndToEnd, TheLongestBinds) {
    EXPECT_EQ(end_to_end(device, cost, host(8e-6, 0, 0, 100e-6), 1e6).binds, "packing");
    EXPECT_EQ(end_to_end(device, cost, host(1e-6, 40e-6, 1e-7, 100e-6), 1e6).binds, "merging");
    EXPECT_EQ(end_to_end(device, cost, host(1e-6, 8e-6, 3e-6, 100e-6), 1e6).binds, "order");
}

TEST(EndToEnd, FewAreNotWorthIt) {
    const EndToEndHost h = host(1e-6, 1e-6, 1e-8, 8e-6);
    const EndToEnd few = end_to_end(device, cost, h, 10);
    EXPECT_EQ(few.share, 0);
    EXPECT_EQ(few.seconds, few.core_seconds);
    // On the cores 0.8 us each; on both, with 8 workers, 0.53 us at best, and 200 us for the batch.
    const auto least = crossover(device, cost, h);
    ASSERT_TRUE(least);
    EXPECT_GE(*least, 256U);
    EXPECT_LE(*least, 2048U);
    EXPECT_FALSE(crossover(device, cost, host(1e-6, 9e-6, 1e-8, 8e-6)));
    EXPECT_FALSE(crossover(device, cost, host(100e-6, 1e-6, 1e-8, 8e-6))) << "two cores pack and win nothing";
}

}  // namespace
}  // namespace warpevm::tools
