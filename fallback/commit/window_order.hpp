// SPDX-License-Identifier: Apache-2.0
// The transactions of a window in order, numbered over all of its blocks, and their positions.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "evm/types/block_input.hpp"
#include "fallback/table/version.hpp"

namespace warpevm {

/// What the transaction may spend on running code, as far as that is seen without looking at the state: its
/// gas limit, and nothing where it could not be decoded or has no data, as most plain transfers, whatever
/// their limit.
inline uint64_t gas_for_code(const BlockTransaction& tx) {
    return tx.tx == nullptr || tx.tx->data.empty() ? 0 : tx.tx->gas_limit;
}

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
    [[nodiscard]] uint32_t first_of(uint32_t block) const { return m_first[block]; }
    [[nodiscard]] uint32_t block_of(uint32_t index) const {
        const auto after = std::upper_bound(m_first.begin(), m_first.end(), index);
        return static_cast<uint32_t>(after - m_first.begin()) - 1;
    }
    /// Within its block.
    [[nodiscard]] uint32_t place_of(uint32_t index) const { return index - m_first[block_of(index)]; }
    [[nodiscard]] const BlockInput& block_with(uint32_t index) const { return m_blocks[block_of(index)]; }
    [[nodiscard]] const BlockTransaction& operator[](uint32_t index) const {
        const uint32_t block = block_of(index);
        return m_blocks[block].transactions[index - m_first[block]];
    }
    [[nodiscard]] std::vector<uint64_t> gas_for_code() const {
        std::vector<uint64_t> gas;
        gas.reserve(count());
        for (const BlockInput& block : m_blocks)
            for (const BlockTransaction& tx : block.transactions) gas.push_back(warpevm::gas_for_code(tx));
        return gas;
    }

    /// Every position up to it belongs to earlier blocks.
    [[nodiscard]] Position start_of(uint32_t block) const { return m_starts[block]; }
    /// Of what a block does before its first transaction, and after its last.
    [[nodiscard]] Position opening_of(uint32_t block) const { return m_starts[block] + 2; }
    [[nodiscard]] Position closing_of(uint32_t block) const {
        return m_starts[block] + 2 * (m_blocks[block].transactions.size() + 3);
    }
    [[nodiscard]] Position position_of(uint32_t index) const { return position_in(block_of(index), index); }
    [[nodiscard]] Position position_in(uint32_t block, uint32_t index) const {
        return m_starts[block] + 2 * (Position{index - m_first[block]} + 2);
    }
    /// The transaction at a position that is one's.
    [[nodiscard]] uint32_t index_of(Position position) const {
        const auto after = std::upper_bound(m_starts.begin(), m_starts.end(), position);
        const auto block = static_cast<size_t>(after - m_starts.begin()) - 1;
        return m_first[block] + static_cast<uint32_t>((position - m_starts[block]) / 2 - 2);
    }
    /// Of what the journal enters before the transaction.
    [[nodiscard]] Position before(uint32_t index) const { return position_of(index) - 1; }

  private:
    std::span<const BlockInput> m_blocks;
    std::vector<uint32_t> m_first;  ///< transaction of each block, and the number of all
    std::vector<Position> m_starts;
};

}  // namespace warpevm
