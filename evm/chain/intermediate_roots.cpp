// SPDX-License-Identifier: Apache-2.0
#include "evm/chain/intermediate_roots.hpp"

#include <algorithm>

namespace warpevm {

IntermediateRoots::IntermediateRoots(std::span<const BlockInput> window, const ExecutionOptions& options) {
    const auto wants = [](const BlockInput& b) {
        return !b.rules.at_least(Fork::byzantium) && !b.transactions.empty();
    };
    if (options.state_roots && std::any_of(window.begin(), window.end(), wants))
        m_roots = options.state_roots();
}

bool IntermediateRoots::add(const StateDiff& changes, const Rules& rules, BlockOutcome& outcome,
                            MissingReads& missing) {
    m_roots->apply(changes);
    if (rules.at_least(Fork::byzantium)) return true;
    Result<Hash> root = m_roots->root();
    if (root)
        outcome.intermediate_roots.push_back(*root);
    else if (!missing.error)
        missing.error = std::move(root.error());
    return root.has_value();
}

}  // namespace warpevm
