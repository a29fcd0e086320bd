// SPDX-License-Identifier: Apache-2.0
// Merkle Patricia tries (Yellow Paper, appendix D): roots of whole tries formed bottom-up from sorted keys.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "evm/base/bytes.hpp"
#include "evm/base/for_each.hpp"
#include "evm/base/u256.hpp"

namespace warpevm {

/// keccak256(rlp("")): the root of a trie with nothing in it.
inline constexpr Hash empty_trie_root{{0x56, 0xe8, 0x1f, 0x17, 0x1b, 0xcc, 0x55, 0xa6, 0xff, 0x83, 0x45,
                                       0xe6, 0x92, 0xc0, 0xf8, 0x6e, 0x5b, 0x48, 0xe0, 0x1b, 0x99, 0x6c,
                                       0xad, 0xc0, 0x01, 0x62, 0x2f, 0xb5, 0xe3, 0x63, 0xb4, 0x21}};

/// A leaf: key bytes and value bytes; the views must outlive the call.
struct TrieEntry {
    BytesView key;
    BytesView value;
};

/// The root over entries with distinct keys in any order. Empty values are not stored (they mean deletion).
/// Hashes level by level in batches.
Hash trie_root(std::vector<TrieEntry> entries, const ForEach& for_each = in_order);
/// The root over hashed keys (the "secure" trie of states and storages).
Hash secure_trie_root(std::span<const TrieEntry> entries);
/// The root over a list, keyed by the RLP of the index: transactions, receipts, withdrawals.
Hash ordered_trie_root(std::span<const Bytes> values);
/// The same over views; the leaves, which are nearly all of the work, are hashed in pieces.
Hash ordered_trie_root(std::span<const BytesView> values, const ForEach& for_each);
/// A contract's storage root: slots with value zero are not stored.
Hash storage_root(std::span<const std::pair<Bytes32, U256>> slots);

}  // namespace warpevm
