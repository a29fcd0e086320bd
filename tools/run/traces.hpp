// SPDX-License-Identifier: Apache-2.0
// The state at a block's start from the traces of its transactions (prestateTracer). Each trace shows what
// its transaction looked at as it was before that transaction, not before the block, and geth leaves out what
// was empty then. So the first sight of an account is its state at the block's start, unless an earlier
// transaction of the block made it: that one's trace must then leave it out.
#pragma once

#include <map>

#include "evm/codec/json_block.hpp"
#include "evm/state/json_alloc.hpp"
#include "evm/types/rules.hpp"

namespace warpevm::tools {

struct BlockStart {
    std::vector<json::GivenAccount> accounts;
    /// Known not to exist at the block's start.
    std::vector<Address> absent;
    /// Those of them that later traces show, for the block's own transactions make them.
    std::vector<Address> made_by_block;
    /// What can't be told from these traces, in sentences.
    std::vector<std::string> doubts;

    void put(MemoryState& state) const;
};

/// Executes each transaction alone on its own trace, which holds all that it needs, to learn which accounts
/// it makes. `hashes` are for BLOCKHASH. Traces of another block are an error; `file` names them there.
Result<BlockStart> block_start(std::vector<json::TracedTransaction> traces, const json::GivenBlock& block,
                               const Rules& rules, const std::map<uint64_t, Hash>& hashes,
                               std::string_view file);

}  // namespace warpevm::tools
