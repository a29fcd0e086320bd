// SPDX-License-Identifier: Apache-2.0
// Blocks whose transactions are committed: their receipts and their differences are formed by whoever has
// nothing better to do, while later blocks are executed.
#pragma once

#include <list>
#include <optional>

#include "evm/chain/outcome.hpp"
#include "evm/types/block_input.hpp"
#include "fallback/table/committed_state.hpp"
#include "fallback/table/spin_lock.hpp"

namespace warpevm {

class Sealing {
  public:
    Sealing(const CodeCache& codes, size_t blocks) : m_codes(codes) { m_outcomes.reserve(blocks); }

    /// By the commit loop, in order. `block` must live until the window is sealed.
    void add(const BlockInput& block, BlockOutcome outcome, CommittedState::BlockResult changes);
    /// The window's last one, of which nothing but the verdict is defined.
    void add_rejected(BlockOutcome outcome) { m_outcomes.push_back(std::move(outcome)); }

    /// Does some of the work; false: there is none that nobody has begun. Throws what forming them threw.
    bool some(const ForEach& for_each);
    /// Once nothing is left to do.
    std::vector<BlockOutcome> take();

  private:
    struct Task {
        const BlockInput& block;
        BlockOutcome& outcome;
        std::optional<BlockChanges> changes;  ///< for the difference; without them for the receipts
    };

    const CodeCache& m_codes;
    std::vector<BlockOutcome> m_outcomes;  ///< with room for all: tasks refer to them
    SpinLock m_lock;                       ///< of the tasks
    std::list<Task> m_tasks;
};

}  // namespace warpevm
