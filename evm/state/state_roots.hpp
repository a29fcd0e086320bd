// SPDX-License-Identifier: Apache-2.0
// State roots along an execution, formed by the caller, who keeps the state: receipts before Byzantium hold
// one each (EIP-658 ended that).
#pragma once

#include <functional>
#include <memory>

#include "evm/base/result.hpp"
#include "evm/state/state_diff.hpp"

namespace warpevm {

class StateRoots {
  public:
    virtual ~StateRoots() = default;
    /// What changed since the last call, the first time since the pre-state; nothing is listed twice. Values
    /// are as of now, and need not differ from those before. Codes are left out.
    virtual void apply(const StateDiff& change) = 0;
    /// After all that was applied. An error (of `apply`, too) ends the execution with that error.
    [[nodiscard]] virtual Result<Hash> root() = 0;
};

/// Begins at the pre-state of an execution; each execution calls it once, where it needs roots at all.
using BeginStateRoots = std::function<std::unique_ptr<StateRoots>()>;

}  // namespace warpevm
