// SPDX-License-Identifier: Apache-2.0
// The state root after each transaction, which receipts before Byzantium hold (EIP-658 put the status in its
// place).
#pragma once

#include "evm/chain/executor.hpp"
#include "evm/state/journal.hpp"

namespace warpevm {

/// Along one execution of a window.
class IntermediateRoots {
  public:
    /// Begins where the options provide roots and some receipt of the window will hold one.
    IntermediateRoots(std::span<const BlockInput> window, const ExecutionOptions& options);
    /// Whoever changes the state must list its changes, and call `add` after each transaction.
    [[nodiscard]] bool are_wanted() const { return m_roots != nullptr; }
    /// `changes`: all since the last call. Gives the outcome the root of its last transaction, under rules
    /// that want it. False where it can't be formed, and `missing` ends the execution then.
    bool add(const StateDiff& changes, const Rules& rules, BlockOutcome& outcome, MissingReads& missing);

  private:
    std::unique_ptr<StateRoots> m_roots;
};

}  // namespace warpevm
