// SPDX-License-Identifier: Apache-2.0
// What the parallel executor counts in each block.
#pragma once

#include <cstdint>

namespace warpevm {

/// Where the transactions of a block were executed, and why not elsewhere. Each is counted once in `alone`,
/// `in_turn`, `speculated` or `repeated`.
struct BlockCounters {
    uint64_t transactions = 0;
    /// On the serial journal: what is left promises too little for other threads, or the commit loop had
    /// backed off.
    uint64_t alone = 0;
    /// By the commit loop in its turn, while others speculated: nobody had begun it.
    uint64_t in_turn = 0;
    /// Ahead of its turn, or elsewhere; found valid, and committed as it was.
    uint64_t speculated = 0;
    /// Executed again in its turn, because the incarnation was stale or undecided.
    uint64_t repeated = 0;
    /// Gas of the incarnations that were thrown away.
    uint64_t repeated_gas = 0;
    /// Plain transfers, whose effects were formed without running anything, while others speculated.
    uint64_t transfers = 0;
    /// Handed-in results that were valid, and that were not.
    uint64_t handed_in_kept = 0, handed_in_stale = 0;
    /// How often the commit loop backed off: no speculation for a stretch of transactions.
    uint64_t back_offs = 0;

    /// Executed by the commit loop for the first time.
    [[nodiscard]] uint64_t direct() const { return alone + in_turn; }
    /// Nothing was speculated.
    [[nodiscard]] bool serial() const { return in_turn + speculated + repeated == 0; }
    [[nodiscard]] double executions_per_transaction() const {
        return transactions == 0 ? 0 : 1 + static_cast<double>(repeated) / static_cast<double>(transactions);
    }
};

}  // namespace warpevm
