// SPDX-License-Identifier: Apache-2.0
// The transactions of a window in order, numbered over all of its blocks, and their positions.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "evm/types/block_input.hpp"
#include "fallback/table/version.hpp"

namespace warpevm {

class WindowOrder {
  public:
    explicit WindowOrder(std::span<const BlockInput> blocks) : m_blocks(blocks), m_first{0} {
        Position start = 2;  // lower ones are for what came before the window
        for (const BlockInput& block : blocks) {
            m_starts.push_back(start);
            start += 2 * (block.transactions.size() + 4);
            m_first.push_back(m_first.back() + static_cast<uint32_t>(block.transactions.size()));
        }
    }

    [[nodiscard]] std::span<const BlockInput> blocks() const { return m_blocks; }
    [[nodiscard]] uint32_t count() const { return m_first.back(); }
    [[nodiscard]] uint32_t block_of(uint32_t index) const {
        const auto after = std::upper_bound(m_first.begin(), m_first.end(), index);
        return static_cast<uint32_t>(after - m_first.begin()) - 1;
    }
    /// Within its block.
    [[nodiscard]] uint32_t place_of(uint32_t index) const { return index - m_first[block_of(index)]; }
    [[nodiscard]] bool is_last_of_block(uint32_t index) const {
        return index + 1 == m_first[block_of(index) + 1];
    }
    [[nodiscard]] const BlockInput& block_with(uint32_t index) const { return m_blocks[block_of(index)]; }
    [[nodiscard]] const BlockTransaction& operator[](uint32_t index) const {
        const uint32_t block = block_of(index);
        return m_blocks[block].transactions[index - m_first[block]];
    }
    /// Transactions have no limit where they could not be decoded.
    [[nodiscard]] std::vector<uint64_t> gas_limits() const {
        std::vector<uint64_t> limits;
        limits.reserve(count());
        for (const BlockInput& block : m_blocks)
            for (const BlockTransaction& tx : block.transactions)
                limits.push_back(tx.tx == nullptr ? 0 : tx.tx->gas_limit);
        return limits;
    }

    /// Every position up to it belongs to earlier blocks.
    [[nodiscard]] Position start_of(uint32_t block) const { return m_starts[block]; }
    /// Of what a block does before its first transaction, and after its last.
    [[nodiscard]] Position opening_of(uint32_t block) const { return m_starts[block] + 2; }
    [[nodiscard]] Position closing_of(uint32_t block) const {
        return m_starts[block] + 2 * (m_blocks[block].transactions.size() + 3);
    }
    [[nodiscard]] Position position_of(uint32_t index) const {
        const uint32_t block = block_of(index);
        return m_starts[block] + 2 * (Position{index - m_first[block]} + 2);
    }
    /// Of what the journal enters before the transaction.
    [[nodiscard]] Position before(uint32_t index) const { return position_of(index) - 1; }

  private:
    std::span<const BlockInput> m_blocks;
    std::vector<uint32_t> m_first;  ///< transaction of each block, and the number of all
    std::vector<Position> m_starts;
};

}  // namespace warpevm
