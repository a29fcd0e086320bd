// SPDX-License-Identifier: Apache-2.0
// Reads the folder of one block: the block, its pre-state, and what may be there beside them.
#pragma once

#include <filesystem>

#include "evm/codec/json_block.hpp"
#include "evm/codec/json_receipts.hpp"
#include "evm/state/memory_state.hpp"
#include "tools/run/rules_source.hpp"

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
    /// What traces left open, and the accounts that were taken from them as made by the block itself.
    std::vector<std::string> doubts;
    std::vector<Address> made_by_block;
};

/// The folders with a block.json or raw_block.json among PATHs and directly under them, numbers in their
/// order. Throws UsageError for a path without any.
std::vector<std::filesystem::path> block_folders(const std::vector<std::string>& paths);

/// Only the block itself, from block.json or else raw_block.json, for the filter and for messages.
Result<json::GivenBlock> read_block_file(const std::filesystem::path& folder);
/// Everything. `block` is what read_block_file answered.
Result<BlockFolder> read_block_folder(const std::filesystem::path& folder, json::GivenBlock block,
                                      const RulesSource& rules);

}  // namespace warpevm::tools
