// SPDX-License-Identifier: Apache-2.0
// The rules that a header must keep against its parent, a body against its header, and ommers against the
// chain. Proof-of-work seals are not checked. Every function reports the first broken rule in the order in
// which it lists them.
#pragma once

#include <span>

#include "evm/base/result.hpp"
#include "evm/chain/chain_config.hpp"
#include "evm/types/block.hpp"

namespace warpevm {

/// `rules` are the header's own (ChainConfig::rules_at, its `paris` by the parent's total difficulty where it
/// is known); the caller has found `parent` by its hash. Checks: fields of the fork, number, timestamp, gas
/// limit, gas used, extra data, difficulty and form (EIP-3675), base fee, nonce, ommers hash, excess blob
/// gas, blob gas used.
Result<void> validate_header(const Header& header, const Header& parent, const Rules& rules,
                             const ChainConfig& config);

/// Whether the header has exactly the optional fields of its fork.
bool has_fields_of(const Header& header, Fork fork);

/// An ancestor of a block that has ommers.
struct Ancestor {
    const Header* header = nullptr;
    Hash hash;
    std::span<const Header> ommers;
};
/// The parent and the six blocks before it; fewer near genesis.
inline constexpr size_t ommer_ancestors = 7;

/// Ommers of a block before Paris: two at most, none repeats, is the block's ancestor or an ancestor's ommer;
/// each one's parent is one of the block's 2nd to 7th ancestors, and its header is valid against it (Yellow
/// Paper 11.1). `ancestors`: nearest first, at most ommer_ancestors.
Result<void> validate_ommers(std::span<const Header> ommers, std::span<const Ancestor> ancestors,
                             const ChainConfig& config);

/// The body against its header: size (EIP-7934), presence of withdrawals, transactions root, ommers hash,
/// withdrawals root, blob gas used.
Result<void> validate_body(const Block& block, const Rules& rules);

}  // namespace warpevm
