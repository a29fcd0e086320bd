// SPDX-License-Identifier: Apache-2.0
#include "host/offload/cost_model.hpp"

#include <array>
#include <cmath>
#include <cstring>

namespace warpevm {
namespace {

/// Shorter times say more of the clock, of waking threads and of cold caches than of the work.
constexpr double least_told = 1e-3;
/// Below it a batch is mostly what any batch costs.
constexpr uint64_t large_batch = 1024;

/// Halfway, on a logarithmic scale, from what was expected to what was seen; one look is not trusted beyond
/// that.
double correction(double seen, double expected) {
    if (!(seen > 0) || !(expected > 0)) return 1;
    return std::clamp(std::sqrt(seen / expected), 1.0 / 16, 16.0);
}

constexpr size_t value_count = 10;
using Values = std::array<double, value_count>;

}  // namespace

void CoreCosts::learn(const Work& work, double seconds) {
    if (seconds < least_told) return;
    const double by = correction(seconds, this->seconds(work));
    transaction *= by;
    gas *= by;
}

void DeviceCosts::learn(const Work& work, double kernel_seconds, double packing_seconds) {
    if (work.transactions == 0 || !(kernel_seconds > 0)) return;
    if (work.transactions < large_batch) {
        const double by = correction(kernel_seconds, seconds(work));
        batch *= by;
        lane_gas *= by;
        return;
    }
    const double by = correction(kernel_seconds - batch, each(work));
    transaction *= by;
    gas *= by;
    // No lane was longer than all of them.
    if (work.longest != 0) lane_gas = std::min(lane_gas, kernel_seconds / static_cast<double>(work.longest));
    packing *= correction(packing_seconds, packing * static_cast<double>(work.transactions));
}

void DeviceCosts::learn_merging(uint64_t transactions, double seconds) {
    if (transactions >= large_batch && seconds >= least_told)
        merging *= correction(seconds, merging * static_cast<double>(transactions));
}

Bytes to_bytes(const CostModel& model) {
    const DeviceCosts& d = model.device;
    const Values values{model.cores.transaction,
                        model.cores.gas,
                        d.opening,
                        d.batch,
                        d.transaction,
                        d.gas,
                        d.lane_gas,
                        d.packing,
                        d.merging,
                        d.uses_host_cores ? 1.0 : 0.0};
    Bytes bytes(sizeof values);
    std::memcpy(bytes.data(), values.data(), sizeof values);
    return bytes;
}

std::optional<CostModel> read_cost_model(BytesView bytes) {
    Values v{};
    if (bytes.size() != sizeof v) return std::nullopt;
    std::memcpy(v.data(), bytes.data(), sizeof v);
    constexpr double day = 86400;
    for (size_t i = 0; i + 1 < v.size(); ++i)
        if (!(v[i] > 0 && v[i] < day)) return std::nullopt;
    if (v[9] != 0 && v[9] != 1) return std::nullopt;
    return CostModel{{v[0], v[1]}, {v[2], v[3], v[4], v[5], v[6], v[7], v[8], v[9] == 1}};
}

}  // namespace warpevm
