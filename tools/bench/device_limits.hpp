// SPDX-License-Identifier: Apache-2.0
// What a device's published rates allow, given what a transaction costs in counts: no measurement, and an
// upper bound. Nothing is known of divergence, of occupancy beyond what is assumed, or of what overlaps
// badly.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace warpevm::tools {

/// Per second, by publication.
struct DeviceRates {
    std::string_view name;
    double memory_bytes;        ///< of the device's own memory
    double bus_bytes;           ///< between host and device, each way at once
    double integer_operations;  ///< 32 bits: additions, three-input logic, funnel shifts, multiply-adds
    double resident_lanes;      ///< threads at once
    double access_seconds;      ///< from one access of the device's memory to the next that depends on it
};
std::span<const DeviceRates> known_devices();

/// Of one transaction.
struct TransactionCost {
    double bytes_up = 0, bytes_down = 0;
    double memory_bytes = 0;        ///< that go to and from the device's memory, if no cache holds any
    double integer_operations = 0;  ///< of 32 bits
    double dependent_accesses = 0;  ///< of memory, one waiting for the other
};

/// 32-bit operations that these take where a multiplication of 64 bits is made of 32-bit ones.
inline constexpr double operations_of_keccak = 24 * 190, operations_of_multiplication = 36 * 2,
                        operations_of_instruction = 60;

struct DeviceLimit {
    std::string_view what;
    double transactions;  ///< per second
};
/// Each limit; the lowest binds. A cost of zero limits nothing and is left out.
std::vector<DeviceLimit> device_limits(const DeviceRates& rates, const TransactionCost& cost);

/// The lowest; there must be one.
DeviceLimit binding_limit(std::span<const DeviceLimit> limits);

}  // namespace warpevm::tools
