// SPDX-License-Identifier: Apache-2.0
// What is told of a batch of sender recoveries.
#pragma once

#include <cstddef>
#include <map>
#include <string>

namespace warpevm {

/// Who recovered how many, and why not the others.
struct SenderReport {
    size_t cpu = 0, device = 0;
    std::string device_name{};
    /// Of the transactions that the processor did, by reason: recover_too_small, recover_cpu_faster,
    /// recover_device_starting, recover_gain_below_cost, recover_no_device, recover_shared, or what a device
    /// failed with (device_lost, ...).
    std::map<std::string, size_t> reasons{};
    std::string why{};  ///< the reason in a sentence, with the numbers
};

}  // namespace warpevm
