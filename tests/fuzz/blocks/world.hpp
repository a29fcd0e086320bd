// SPDX-License-Identifier: Apache-2.0
// The pre-state of a random block: senders, contracts, delegations, and accounts at the edges of what can be.
#pragma once

#include "tests/fuzz/blocks/block.hpp"
#include "tests/fuzz/blocks/words.hpp"

namespace warpevm::fuzz {

/// Keys from 1 on sign transactions, those from `first_authority` on authorizations too.
inline constexpr uint64_t keys = 12, first_authority = 7;

struct World {
    Surroundings around;
    /// Contracts whose work is bounded whatever the gas: their calls form no tree.
    std::vector<Address> bounded;
    std::vector<Address> key_addresses;  ///< by key; the first is no key
};

/// Fills in the accounts of `block`, whose fork and environment are set.
World make_world(Random& random, FuzzBlock& block);

}  // namespace warpevm::fuzz
