// SPDX-License-Identifier: Apache-2.0
// Makes valid blocks: executes transactions serially and forms the header that states what came out.
#pragma once

#include <vector>

#include "evm/chain/context.hpp"
#include "evm/state/memory_state.hpp"
#include "evm/types/block.hpp"

namespace warpevm::tools {

/// A growing chain under mainnet's rules of Cancun, from a parent that carries the root of the state it
/// starts from.
class ChainMaker {
  public:
    explicit ChainMaker(MemoryState state);
    /// The next block over `transactions`, which must all be valid; afterwards parent and state are those
    /// after it. Throws std::runtime_error where the block would be invalid.
    Block extend(std::vector<Transaction> transactions);

    /// The last block's header.
    [[nodiscard]] const Header& parent() const { return m_parent; }
    /// The state after it, complete.
    [[nodiscard]] const MemoryState& state() const { return m_state; }

  private:
    [[nodiscard]] Header next_header(const Rules& rules) const;

    ExecutionContext m_context;
    MemoryState m_state;
    Header m_parent;
};

}  // namespace warpevm::tools
