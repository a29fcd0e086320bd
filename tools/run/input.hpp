// SPDX-License-Identifier: Apache-2.0
// Reads the folder of one block: the block, its pre-state, and what may be there beside them.
#pragma once

#include <filesystem>

#include "evm/chain/chain_config.hpp"
#include "evm/codec/json_block.hpp"
#include "evm/codec/json_receipts.hpp"
#include "evm/state/memory_state.hpp"

namespace warpevm::tools {

struct BlockFolder {
    std::filesystem::path path;
    json::GivenBlock block;
    Rules rules;
    MemoryState state{false};
    std::optional<Header> parent;
    std::optional<std::vector<json::GivenReceipt>> receipts;
    /// The pre-state's root is the parent's state root, so nothing is missing from it.
    bool complete = false;
    /// Why it is not known to be complete.
    std::string incomplete_why;
};

/// How a block's rules are found.
struct RulesSource {
    ChainConfig chain;
    /// Overrides the chain's schedule.
    std::optional<Fork> fork;
    [[nodiscard]] Rules at(uint64_t number, uint64_t timestamp) const;
};

/// Reads --chain and --fork; throws UsageError where they can't be used.
RulesSource read_rules_source(const std::string& chain, const std::string& fork);

/// The folders with a block.json among PATHs and directly under them, numbers in their order.
/// Throws UsageError for a path without any.
std::vector<std::filesystem::path> block_folders(const std::vector<std::string>& paths);

/// Only the block itself, for the filter and for messages.
Result<json::GivenBlock> read_block_file(const std::filesystem::path& folder);
/// Everything. `block` is what read_block_file answered.
Result<BlockFolder> read_block_folder(const std::filesystem::path& folder, json::GivenBlock block,
                                      const RulesSource& rules);

}  // namespace warpevm::tools
