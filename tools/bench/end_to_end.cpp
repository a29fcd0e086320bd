// SPDX-License-Identifier: Apache-2.0
#include "tools/bench/end_to_end.hpp"

#include <algorithm>

namespace warpevm::tools {
namespace {

/// A batch: launches and copies that wait for each other, as drivers take them (a few microseconds each).
constexpr double calls_of_a_batch = 20, seconds_of_a_call = 10e-6;

Pace pace_of(const DeviceRates& rates, const TransactionCost& cost, const EndToEndHost& host) {
    const double kernel = 1 / binding_limit(device_limits(rates, cost)).transactions;
    const auto slots = static_cast<double>(host.slots),
               workers = static_cast<double>(host.cores - host.slots);
    return {.fixed = calls_of_a_batch * seconds_of_a_call + cost.dependent_accesses * rates.access_seconds,
            .device = std::max(kernel, host.costs.packing / slots),
            .cores = host.costs.execution / workers,
            .merging = std::max(host.costs.in_order, host.costs.merging / workers)};
}

}  // namespace

EndToEnd end_to_end(const DeviceRates& rates, const TransactionCost& cost, const EndToEndHost& host,
                    double transactions) {
    const Pace pace = pace_of(rates, cost, host);
    EndToEnd e{.core_seconds = transactions * host.costs.execution / static_cast<double>(host.cores),
               .share = pace.share(transactions)};
    e.seconds = e.share == 0 ? e.core_seconds : pace.seconds(transactions, e.share);
    const DeviceLimit device = binding_limit(device_limits(rates, cost));
    const double packing = host.costs.packing / static_cast<double>(host.slots);
    // All of it on the device: what would be the last to end.
    e.binds = device.what;
    double longest = 1 / device.transactions;
    if (packing > longest) longest = packing, e.binds = "packing";
    if (pace.merging > longest) e.binds = pace.merging == host.costs.in_order ? "order" : "merging";
    return e;
}

std::optional<uint64_t> crossover(const DeviceRates& rates, const TransactionCost& cost,
                                  const EndToEndHost& host) {
    for (uint64_t n = 1; n <= 1'000'000'000; n *= 2) {
        const EndToEnd e = end_to_end(rates, cost, host, static_cast<double>(n));
        if (e.seconds < e.core_seconds) return n;
    }
    return std::nullopt;
}

}  // namespace warpevm::tools
