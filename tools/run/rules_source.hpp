// SPDX-License-Identifier: Apache-2.0
// --chain and --fork: how a block's rules are found.
#pragma once

#include "evm/chain/chain_config.hpp"

namespace warpevm::tools {

struct RulesSource {
    ChainConfig chain;
    /// Overrides the chain's schedule.
    std::optional<Fork> fork;

    /// The rules of a block. An error names a part of the configuration that holds there and is not known
    /// here; --fork leaves no question.
    [[nodiscard]] Result<Rules> at(uint64_t number, uint64_t timestamp, const MergeHints& hints) const;
};

/// Reads --chain and --fork; throws UsageError where they can't be used.
RulesSource read_rules_source(const std::string& chain, const std::string& fork);

}  // namespace warpevm::tools
