// SPDX-License-Identifier: Apache-2.0
#include "tools/bench/device_limits.hpp"

#include <algorithm>
#include <array>
#include <cassert>

namespace warpevm::tools {
namespace {

// Both are GH100 in its SXM5 form: 132 multiprocessors at up to 1.98 GHz (NVIDIA H100 Tensor Core GPU
// Architecture, table of SXM5; 33.5 TOPS of INT32, a multiply-add as two: 64 lanes each a clock).
constexpr double multiprocessors = 132, clock = 1.98e9, integer_lanes = 64;
// 2,048 threads may reside in one, of 65,536 registers (CUDA C++ Programming Guide, compute capability 9.0).
// A machine of words and pointers has not been compiled for it yet: 128 registers a lane are assumed.
constexpr double threads = 2048, registers = 65536, registers_of_lane = 128;
// Loads that miss all caches: about 480 cycles, of L2 about 260 (Luo et al., Benchmarking and Dissecting the
// Nvidia Hopper GPU Architecture, 2024, table of memory latencies). All are taken for misses.
constexpr double access_cycles = 480;
// PCIe 5.0 x16 is 64 GB/s each way (data sheet: 128 both); what large pinned copies get is taken as 55.
constexpr double bus = 55e9;

constexpr double lanes = multiprocessors * std::min(threads, registers / registers_of_lane);
constexpr double integer = multiprocessors * integer_lanes * clock;

// Memory: data sheets of the SXM5 boards.
constexpr std::array known{DeviceRates{"NVIDIA H200", 4.8e12, bus, integer, lanes, access_cycles / clock},
                           DeviceRates{"NVIDIA H100", 3.35e12, bus, integer, lanes, access_cycles / clock}};

}  // namespace

// How many 32-bit operations something takes is counted by hand:
//   Keccak's round: theta 20 + 20 + 50 (exclusive or of three inputs; rotations are two funnel shifts), rho
//   48, chi 50, iota 2; times 24. A product of two 256-bit words modulo 2^256: 36 products of 32-bit limbs
//   with their carries; on 64-bit limbs it is 10 products whose low half takes 3 and whose high half 4
//   multiply-adds and as many additions. An instruction: a record to decode, two words to load and one to
//   store by computed addresses, eight additions with carry or the like.
std::span<const DeviceRates> known_devices() {
    return known;
}

std::vector<DeviceLimit> device_limits(const DeviceRates& rates, const TransactionCost& cost) {
    std::vector<DeviceLimit> limits;
    const auto add = [&](std::string_view what, double per_second, double of_one) {
        if (of_one > 0) limits.push_back({what, per_second / of_one});
    };
    add("bus up", rates.bus_bytes, cost.bytes_up);
    add("bus down", rates.bus_bytes, cost.bytes_down);
    add("memory", rates.memory_bytes, cost.memory_bytes);
    add("integers", rates.integer_operations, cost.integer_operations);
    add("latency", rates.resident_lanes, cost.dependent_accesses * rates.access_seconds);
    return limits;
}

DeviceLimit binding_limit(std::span<const DeviceLimit> limits) {
    assert(!limits.empty());
    return *std::min_element(limits.begin(), limits.end(), [](const DeviceLimit& x, const DeviceLimit& y) {
        return x.transactions < y.transactions;
    });
}

}  // namespace warpevm::tools
