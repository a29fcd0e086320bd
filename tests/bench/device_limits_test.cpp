// SPDX-License-Identifier: Apache-2.0
// What a device's rates allow: each limit by hand, and which one binds.
#include <gtest/gtest.h>

#include "tools/bench/device_limits.hpp"

namespace warpevm::tools {
namespace {

constexpr DeviceRates plain{.name = "plain",
                            .memory_bytes = 1000,
                            .bus_bytes = 100,
                            .integer_operations = 10'000,
                            .resident_lanes = 64,
                            .access_seconds = 0.5};
constexpr TransactionCost balanced{.bytes_up = 10,
                                   .bytes_down = 20,
                                   .memory_bytes = 50,
                                   .integer_operations = 400,
                                   .dependent_accesses = 16};

double limit_by(std::string_view what, const DeviceRates& rates, const TransactionCost& cost) {
    for (const DeviceLimit& limit : device_limits(rates, cost))
        if (limit.what == what) return limit.transactions;
    return -1;
}

TEST(DeviceLimits, AreRatesByCosts) {
    EXPECT_DOUBLE_EQ(limit_by("bus up", plain, balanced), 10);
    EXPECT_DOUBLE_EQ(limit_by("bus down", plain, balanced), 5);
    EXPECT_DOUBLE_EQ(limit_by("memory", plain, balanced), 20);
    EXPECT_DOUBLE_EQ(limit_by("integers", plain, balanced), 25);
    // 64 lanes, each 8 seconds for its 16 accesses.
    EXPECT_DOUBLE_EQ(limit_by("latency", plain, balanced), 8);
}

TEST(DeviceLimits, TheLowestBinds) {
    EXPECT_EQ(binding_limit(device_limits(plain, balanced)).what, "bus down");
    TransactionCost slow = balanced;
    slow.dependent_accesses = 100;
    EXPECT_EQ(binding_limit(device_limits(plain, slow)).what, "latency");
    TransactionCost busy = balanced;
    busy.integer_operations = 10'000;
    EXPECT_EQ(binding_limit(device_limits(plain, busy)).what, "integers");
    TransactionCost large = balanced;
    large.memory_bytes = 1000;
    EXPECT_EQ(binding_limit(device_limits(plain, large)).what, "memory");
}

TEST(DeviceLimits, WhatCostsNothingLimitsNothing) {
    const auto limits = device_limits(plain, {.bytes_up = 1});
    ASSERT_EQ(limits.size(), 1U);
    EXPECT_EQ(limits[0].what, "bus up");
}

TEST(DeviceLimits, OfBothDevicesDifferInMemoryOnly) {
    ASSERT_EQ(known_devices().size(), 2U);
    const DeviceRates &h200 = known_devices()[0], &h100 = known_devices()[1];
    for (const char* same : {"bus up", "bus down", "integers", "latency"})
        EXPECT_DOUBLE_EQ(limit_by(same, h200, balanced), limit_by(same, h100, balanced)) << same;
    EXPECT_NEAR(limit_by("memory", h200, balanced) / limit_by("memory", h100, balanced), 4.8 / 3.35, 1e-9);
    // 33.5 TOPS of INT32, where a multiply-add counts as two.
    EXPECT_NEAR(2 * h200.integer_operations, 33.5e12, 0.1e12);
}

}  // namespace
}  // namespace warpevm::tools
