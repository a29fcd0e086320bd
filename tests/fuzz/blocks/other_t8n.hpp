// SPDX-License-Identifier: Apache-2.0
// A block as the input of a geth-compatible t8n, and the answer of such a tool against ours.
#pragma once

#include <filesystem>
#include <string>

#include "tests/fuzz/blocks/block.hpp"
#include "tests/fuzz/blocks/coverage.hpp"

namespace warpevm::fuzz {

/// Writes alloc.json, env.json, txs.json and a file `fork` into `folder`, which is made.
void write_t8n_input(const FuzzBlock& block, const PreparedBlock& prepared,
                     const std::filesystem::path& folder);

/// Runs `program` t8n over the block; empty where it says what `ours` says, or does not know the fork.
std::string ask_other_t8n(const std::string& program, const FuzzBlock& block, const PreparedBlock& prepared,
                          const BlockOutcome& ours, Coverage* coverage);

}  // namespace warpevm::fuzz
