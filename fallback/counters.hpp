// SPDX-License-Identifier: Apache-2.0
// What the parallel executor counts in each block.
#pragma once

#include <cstdint>

namespace warpevm {

struct BlockCounters {
    uint64_t transactions = 0;
    /// Committed from an incarnation that was speculated or handed in, and validated.
    uint64_t speculated = 0;
    /// Executed at commit, on the committed state: no thread had claimed them in time.
    uint64_t direct = 0;
    /// Of these, plain transfers, whose effects were entered without running anything.
    uint64_t transfers = 0;
    /// Executed again at commit, because the incarnation was stale or undecided.
    uint64_t repeated = 0;
    /// Gas of the incarnations that were thrown away.
    uint64_t repeated_gas = 0;
    /// Handed-in results that were valid, and that were not.
    uint64_t handed_in_kept = 0, handed_in_stale = 0;
    /// How often the commit loop backed off: no speculation for a stretch of transactions.
    uint64_t back_offs = 0;
    /// Nothing was speculated.
    bool serial = true;

    [[nodiscard]] double executions_per_transaction() const {
        return transactions == 0 ? 0 : 1 + static_cast<double>(repeated) / static_cast<double>(transactions);
    }
};

}  // namespace warpevm
