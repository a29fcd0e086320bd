// SPDX-License-Identifier: Apache-2.0
// What a batch of consecutive transactions adds to its block's outcome. What must be in order is short: sums
// over a few numbers of each transaction.
#pragma once

#include <span>
#include <vector>

#include "evm/base/for_each.hpp"
#include "evm/chain/envelope.hpp"
#include "evm/chain/outcome.hpp"
#include "evm/types/block_input.hpp"
#include "fallback/table/incarnation.hpp"

namespace warpevm {

class BatchOutcome {
  public:
    /// Of transactions that are valid but for what the block has left for them.
    void gather(std::span<Incarnation* const> batch, std::span<const BlockTransaction> transactions,
                const ForEach& for_each);
    /// How many fit the block one after the other.
    [[nodiscard]] uint32_t fitting(BlockAllowance allowance) const;
    struct Sums {
        double seconds = 0;  ///< of executing them
        uint32_t elsewhere = 0, transfers = 0;
        uint64_t again = 0;  ///< executions ahead that were stale
    };
    [[nodiscard]] Sums sums(uint32_t count) const;
    /// Notes the first `count`, whose logs are in their records.
    void append_to(BlockOutcome& outcome, uint32_t count, const ForEach& for_each);

  private:
    struct Item {
        uint64_t gas_limit, gas_used, blob_gas;
        Logs::Mark logs;  ///< how much it logged; then, where
        double seconds;
        uint32_t again;
        bool elsewhere, is_transfer;
    };
    static Item item_of(const Incarnation& t, const BlockTransaction& tx);
    static void place_logs(Logs& to, const Incarnation& t, Logs::Mark at);

    std::span<Incarnation* const> m_batch;
    std::vector<Item> m_items;
};

}  // namespace warpevm
