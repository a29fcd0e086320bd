// SPDX-License-Identifier: Apache-2.0
// Finds conflict-free groups: levels of the dependency graph of a window, as far as accesses are seen before
// anything is executed. Only reading what an earlier transaction writes makes a level: each transaction sees
// the state as of its own position, so that writing the same slot is no conflict, and neither is paying the
// same account or sending from it (nonces are assumed, balances are bounds).
#pragma once

#include <span>
#include <vector>

#include "host/offload/access_table.hpp"
#include "host/offload/cost_model.hpp"

namespace warpevm {

enum class GroupKind : uint8_t { transfers, calls, creations, unsupported };
std::string_view name(GroupKind kind);

/// Transactions of one level, of one kind, and of about the same gas limits (within a factor of four): lanes
/// of one launch should be as long as each other.
struct Group {
    GroupKind kind{};
    uint32_t level = 1;
    Work work;
};

struct Partition {
    std::vector<Group> groups;       ///< by level, then as they come
    std::vector<uint32_t> group_of;  ///< of each transaction of the window
    std::vector<uint32_t> level_of;  ///< likewise, from 1
    uint64_t predicted = 0;          ///< whose accesses were known
    uint64_t critical_path = 0;      ///< gas limits along the longest path of the graph
    Work all;
};

/// What a transaction may spend on code, and whether a kernel can do it at all.
Work work_of(std::span<const BlockInput> window);

/// Linear in the transactions, their access lists and what is known of their calls.
Partition partition(std::span<const BlockInput> window, const AccessTable& known);

}  // namespace warpevm
