// SPDX-License-Identifier: Apache-2.0
// The difficulty of a proof-of-work block from its parent's (Yellow Paper 4.3.4 and the EIPs that changed
// it).
#pragma once

#include "evm/base/u256.hpp"
#include "evm/types/fork.hpp"

namespace warpevm {

struct DifficultyInput {
    uint64_t number = 0;
    uint64_t timestamp = 0;
    U256 parent_difficulty;
    uint64_t parent_timestamp = 0;
    bool parent_has_ommers = false;
};

/// The difficulty that the block must have under the rules of `fork`, one before Paris. The timestamp is
/// above the parent's.
U256 block_difficulty(Fork fork, const DifficultyInput& in);

}  // namespace warpevm
