// SPDX-License-Identifier: Apache-2.0
// Roots along an execution, each formed of the whole state: slow and easy to believe.
#pragma once

#include "evm/state/memory_state.hpp"
#include "evm/state/state_roots.hpp"

namespace warpevm::test {

class WholeRoots final : public StateRoots {
  public:
    explicit WholeRoots(const MemoryState& state) : m_state(state) {}
    void apply(const StateDiff& change) override { m_state.apply(change); }
    Result<Hash> root() override { return m_state.root(); }

  private:
    MemoryState m_state;
};

inline BeginStateRoots whole_roots(const MemoryState& state) {
    return [&state] { return std::make_unique<WholeRoots>(state); };
}

}  // namespace warpevm::test
