// SPDX-License-Identifier: Apache-2.0
// Where each transaction of a window is to run, and why, before any was executed.
#pragma once

#include "host/offload/partition.hpp"
#include "host/offload/route.hpp"

namespace warpevm {

struct PlannedGroup {
    Group group;
    RouteAnswer answer;
};

struct WindowPlan {
    /// Of the window as if none of it were in conflict: where even that does not pay, nothing is partitioned.
    RouteAnswer whole;
    Work work;
    // Else:
    std::vector<PlannedGroup> groups;
    std::vector<uint32_t> group_of;  ///< of each transaction
    /// In the dependency graph, from 1; 0: the cores do it.
    std::vector<uint32_t> level_of;
    uint64_t predicted = 0;      ///< transactions whose accesses were known
    uint64_t critical_path = 0;  ///< gas limits along the longest path of the graph
    uint64_t largest_group = 0;  ///< gas limits of the largest group
    uint64_t to_device = 0;      ///< transactions
    double share = 0;            ///< of those, that the device is expected to have done in the end
    Pace pace;                   ///< of those, on the device and on whoever else there is

    double partition_seconds = 0, route_seconds = 0;

    [[nodiscard]] bool is_for_device(size_t index) const {
        return groups.empty() ? whole.to_device : level_of[index] != 0;
    }
    /// Why the transaction `index` of the window is where it is: one of its group's reasons.
    [[nodiscard]] RouteReason reason_of(size_t index) const {
        return (groups.empty() ? whole : groups[group_of[index]].answer).reasons.first();
    }
};

/// `question`: what is the same for all groups.
WindowPlan plan_window(std::span<const BlockInput> window, const AccessTable& known,
                       const RouteQuestion& question);

}  // namespace warpevm
