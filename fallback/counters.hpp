// SPDX-License-Identifier: Apache-2.0
// What the parallel executor counts in each block.
#pragma once

#include <cstdint>

namespace warpevm {

struct BlockCounters {
    uint64_t transactions = 0;
    /// Committed as they were computed beside the walk, or handed in.
    uint64_t speculated = 0;
    /// Run on the committed state in their turn: nobody had begun them.
    uint64_t direct = 0;
    /// Of these, transfers that went straight into the table.
    uint64_t transfers = 0;
    /// Run on the committed state because what had been computed was stale or could not be decided there.
    uint64_t repeated = 0;
    /// Gas of the executions that were thrown away.
    uint64_t repeated_gas = 0;
    /// Results handed in that stood, and that did not.
    uint64_t given_kept = 0, given_stale = 0;
    /// How often speculation was given up for a while.
    uint64_t retreats = 0;
    /// Nobody speculated at all.
    bool serial = true;

    [[nodiscard]] double executions_per_transaction() const {
        return transactions == 0 ? 0 : 1 + static_cast<double>(repeated) / static_cast<double>(transactions);
    }
};

}  // namespace warpevm
