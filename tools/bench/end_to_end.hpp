// SPDX-License-Identifier: Apache-2.0
// What a device and the cores beside it would do together, from begin to end: the device by its published
// rates and what a transaction costs there in counts, the host by what was measured on this machine.
// Computed, by the rule that the router uses (host/offload/route.hpp).
#pragma once

#include <optional>

#include "host/offload/route.hpp"
#include "tools/bench/device_limits.hpp"

namespace warpevm::tools {

/// Processor seconds of one core for one transaction.
struct HostCosts {
    double packing = 0;    ///< to lay it out, to collect its result, to hand that in
    double merging = 0;    ///< to validate and commit it, with its receipt
    double in_order = 0;   ///< of that, what only one core does at a time
    double execution = 0;  ///< by the executor on the cores, in place of all this
};

struct EndToEnd {
    std::string_view binds;   ///< what takes longest: of the device's limits, "packing", "merging", "order"
    double seconds = 0;       ///< of all, by device and cores
    double core_seconds = 0;  ///< by the cores alone
    double share = 0;         ///< the device's
};

/// `cores` of them, `slots` of which pack for the device and do nothing else.
struct EndToEndHost {
    HostCosts costs;
    unsigned cores = 16, slots = 4;
};

EndToEnd end_to_end(const DeviceRates& rates, const TransactionCost& cost, const EndToEndHost& host,
                    double transactions);
/// The fewest transactions, as a power of two, that device and cores do faster than all cores alone; none
/// where not even a billion are.
std::optional<uint64_t> crossover(const DeviceRates& rates, const TransactionCost& cost,
                                  const EndToEndHost& host);

}  // namespace warpevm::tools
