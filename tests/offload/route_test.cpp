// SPDX-License-Identifier: Apache-2.0
// Where groups run on machines that do not exist.
#include "host/offload/route.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace warpevm::test {
namespace {

/// Two cores, and a device that is `times` as fast as both.
CostModel machine(double times) {
    CostModel m;
    m.cores = {.transaction = 1e-6, .gas = 1e-9};
    m.device = {.opening = 1,
                .batch = 1e-3,
                .transaction = 1e-6 / times,
                .gas = 1e-9 / times,
                .lane_gas = 1e-8,
                .packing = 0.2e-6};
    return m;
}
/// Token transfers: 100,000 gas at most.
Work tokens(uint64_t count) {
    return {.transactions = count, .gas = count * 100'000, .longest = 100'000};
}
RouteQuestion ask(const CostModel& costs, const Work& work) {
    return {.work = work, .device = DeviceState::ready, .costs = costs};
}
void expect_cores(const RouteQuestion& q, RouteReason why) {
    const RouteAnswer a = route(q);
    EXPECT_FALSE(a.to_device);
    EXPECT_EQ(a.share, 0);
    EXPECT_TRUE(a.reasons.has(why)) << text_of(a.reasons.first()).sentence;
    EXPECT_FALSE(a.reasons.has(RouteReason::pays));
}

TEST(Route, ALargeGroupIsShared) {
    const RouteAnswer a = route(ask(machine(4), tokens(100'000)));
    EXPECT_TRUE(a.to_device);
    EXPECT_TRUE(a.reasons.has(RouteReason::pays));
    // Four fifths of it, less what any batch costs.
    EXPECT_NEAR(a.share, 0.8, 0.01);
    EXPECT_NEAR(a.core_seconds, 10.1, 1e-6);
    EXPECT_NEAR(a.shared_seconds, 10.1 / 5, 0.05);
}

TEST(Route, BothEndTogether) {
    for (const double times : {0.25, 1.0, 20.0})
        for (const uint64_t count : {100U, 1000U, 1'000'000U}) {
            const CostModel m = machine(times);
            const RouteAnswer a = route(ask(m, tokens(count)));
            ASSERT_TRUE(a.to_device) << times << " " << count;
            const Work w = tokens(count);
            const auto n = static_cast<double>(count);
            const double device = m.device.fixed(w) + a.share * (m.device.each(w) + m.device.packing * n);
            const double cores = (1 - a.share) * m.cores.seconds(w) + a.share * m.device.merging * n;
            if (a.share < 1) {
                EXPECT_NEAR(device, cores, 1e-9) << times << " " << count;
            }
            EXPECT_LT(a.shared_seconds, a.core_seconds);
        }
}

TEST(Route, ASmallGroupStays) {
    expect_cores(ask(machine(100), tokens(9)), RouteReason::too_small);
    EXPECT_TRUE(route(ask(machine(100), tokens(11 * 2))).to_device);
}

TEST(Route, MergingMayCostTheCoresMoreThanExecuting) {
    CostModel m = machine(100);
    m.device.merging = 200e-6;
    expect_cores(ask(m, tokens(100'000)), RouteReason::merging_costs_more);
}

/// Its thread packs: what that takes is the device's time, however fast the kernels are.
TEST(Route, ASlowLinkMakesTheShareSmall) {
    CostModel m = machine(100);
    const double fast = route(ask(m, tokens(100'000))).share;
    m.device.packing = 200e-6;
    const RouteAnswer a = route(ask(m, tokens(100'000)));
    EXPECT_TRUE(a.to_device);
    EXPECT_GT(fast, 0.9);
    EXPECT_NEAR(a.share, 101.0 / (201 + 101), 0.01);
}

/// Two devices as fast as the cores, and the cores: a third each, but for merging.
TEST(Route, SeveralDevicesShare) {
    Pace pace{.fixed = 0, .device = 10e-6, .cores = 10e-6, .merging = 0, .others = 1e5};
    EXPECT_NEAR(pace.share(1000), 1.0 / 3, 1e-9);
    pace.merging = 9e-6;  // the cores are busy with that
    EXPECT_LE(pace.share(1000), 0.5) << "the other device does as much";
    pace.others = 0;
    EXPECT_NEAR(pace.share(1000), 10.0 / 11, 1e-9);
    pace = {.fixed = 1e-3, .device = 1e-9, .cores = 10e-6, .merging = 1e-6, .others = 1e9};
    EXPECT_NEAR(pace.share(1e9), 0.5, 1e-3);
    EXPECT_EQ(pace.share(99), 0) << "the cores are done before it begins";
}

/// What is left is shared again, until the cores are done before the device could answer.
TEST(Route, WhatIsLeftIsSharedAnew) {
    const RouteAnswer a = route(ask(machine(1), tokens(100'000)));
    double left = 100'000;
    int batches = 0;
    for (; a.pace.share(left) != 0; ++batches) {
        const double part = a.pace.share(left) * left, seconds = a.pace.fixed + part * a.pace.device;
        left -= part + seconds / a.pace.cores;
        ASSERT_LT(batches, 10);
    }
    EXPECT_GE(batches, 1);
    EXPECT_LT(left * a.pace.cores, 2 * a.pace.fixed);
}

/// It never makes anything slower, however slow it is: the cores do nearly all.
TEST(Route, ATinyDeviceTakesLittle) {
    const RouteAnswer a = route(ask(machine(0.01), tokens(100'000)));
    EXPECT_TRUE(a.to_device);
    EXPECT_LT(a.share, 0.02);
    EXPECT_LE(a.shared_seconds, a.core_seconds);
}

TEST(Route, ADeviceOnTheCoresMustBeFasterThanThey) {
    CostModel m = machine(0.5);
    m.device.uses_host_cores = true;
    expect_cores(ask(m, tokens(100'000)), RouteReason::device_uses_host_cores);
    m = machine(3);
    m.device.uses_host_cores = true;
    const RouteAnswer a = route(ask(m, tokens(100'000)));
    EXPECT_TRUE(a.to_device);
    EXPECT_EQ(a.share, 1);
}

TEST(Route, OneLongLaneStays) {
    Work work = tokens(100);
    work.longest = 5'000'000'000;
    work.gas += work.longest;
    expect_cores(ask(machine(100), work), RouteReason::long_lane);
}

TEST(Route, ADeepChainStays) {
    RouteQuestion q = ask(machine(100), tokens(100'000));
    q.level = q.most_levels + 1;
    expect_cores(q, RouteReason::deep_chain);
    q.level = q.most_levels;
    EXPECT_TRUE(route(q).to_device);
}

TEST(Route, WhatNoKernelDoesStays) {
    RouteQuestion q = ask(machine(100), tokens(100'000));
    q.supported = false;
    expect_cores(q, RouteReason::unsupported);
    q.wish = RouteWish::device;
    expect_cores(q, RouteReason::unsupported);
}

TEST(Route, OpeningMustPay) {
    RouteQuestion q = ask(machine(4), tokens(1000));
    q.device = DeviceState::unopened;
    expect_cores(q, RouteReason::opening_costs_more);
    q.work = tokens(100'000);
    EXPECT_TRUE(route(q).to_device);
}

TEST(Route, EveryReasonIsTold) {
    CostModel m = machine(4);
    m.device.merging = 1;
    RouteQuestion q = ask(m, tokens(2));
    q.device = DeviceState::opening;
    q.level = 99;
    const RouteAnswer a = route(q);
    for (const RouteReason why : {RouteReason::device_opening, RouteReason::deep_chain,
                                  RouteReason::merging_costs_more, RouteReason::too_small})
        EXPECT_TRUE(a.reasons.has(why)) << text_of(why).key;
}

TEST(Route, TheUsersWishIsFollowed) {
    RouteQuestion q = ask(machine(0.001), tokens(1));
    q.wish = RouteWish::device;
    EXPECT_TRUE(route(q).to_device);
    q.device = DeviceState::none;
    expect_cores(q, RouteReason::no_device);
    q.device = DeviceState::lost;
    expect_cores(q, RouteReason::device_lost);
    q = ask(machine(100), tokens(1'000'000));
    q.wish = RouteWish::cores;
    expect_cores(q, RouteReason::asked_for_cores);
}

TEST(Route, NothingIsNotWorthALaunch) {
    EXPECT_FALSE(route(ask(machine(4), {})).to_device);
}

TEST(CostModels, ApproachWhatIsSeen) {
    CoreCosts cores;
    const Work work = tokens(10'000);
    for (int i = 0; i < 20; ++i) cores.learn(work, 0.5);
    EXPECT_NEAR(cores.seconds(work), 0.5, 1e-3);
    const CoreCosts before = cores;
    cores.learn(work, 1e-4);
    EXPECT_EQ(cores, before) << "shorter than a clock can tell";

    DeviceCosts device;
    for (int i = 0; i < 40; ++i) device.learn(work, 0.25, 0.02);
    EXPECT_NEAR(device.batch + device.each(work), 0.25, 1e-3);
    EXPECT_NEAR(device.packing, 2e-6, 1e-8);
    for (int i = 0; i < 40; ++i) device.learn_merging(10'000, 0.03);
    EXPECT_NEAR(device.merging, 3e-6, 1e-8);
    device.learn_merging(10, 1);
    EXPECT_NEAR(device.merging, 3e-6, 1e-8) << "too few to tell";
    const Work small = tokens(3);
    for (int i = 0; i < 40; ++i) device.learn(small, 5e-3, 1e-5);
    EXPECT_NEAR(device.seconds(small), 5e-3, 1e-3);
}

TEST(CostModels, NoFigureMakesNonsense) {
    CoreCosts cores;
    cores.learn({}, 1);
    cores.learn(tokens(1), std::numeric_limits<double>::infinity());
    DeviceCosts device;
    device.learn({}, 1, 1);
    device.learn(tokens(5000), 0, 0);
    device.learn(tokens(5000), -1, -1);
    EXPECT_TRUE(read_cost_model(to_bytes({cores, device})).has_value());
}

TEST(CostModels, AreKeptAsTheyAre) {
    const CostModel m = machine(7);
    EXPECT_EQ(read_cost_model(to_bytes(m)), m);
    Bytes bytes = to_bytes(m);
    bytes.pop_back();
    EXPECT_FALSE(read_cost_model(bytes));
    for (const double nonsense : {-1.0, 0.0, 1e9, std::nan("")}) {
        CostModel bad = m;
        bad.device.gas = nonsense;
        EXPECT_FALSE(read_cost_model(to_bytes(bad))) << nonsense;
    }
}

}  // namespace
}  // namespace warpevm::test
