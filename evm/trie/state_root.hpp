// SPDX-License-Identifier: Apache-2.0
// The root of the state: accounts under the hashes of their addresses (Yellow Paper 4.1).
#pragma once

#include <span>

#include "evm/codec/rlp.hpp"
#include "evm/trie/trie.hpp"

namespace warpevm {

/// An account as the state trie holds it.
struct TrieAccount {
    Address address;
    uint64_t nonce = 0;
    U256 balance;
    Hash storage_root = empty_trie_root;
    Hash code_hash = empty_code_hash;
};

/// An account's leaf is never longer than this many bytes.
inline constexpr uint8_t account_leaf_room = 110;
/// Appends (nonce, balance, storage root, code hash).
void write_account_leaf(rlp::Writer& to, const TrieAccount& account);
/// Of an account as its leaf holds it.
Hash storage_root_in(BytesView account_leaf);

/// The root over accounts with distinct addresses in any order; all that are given are in it, empty ones too.
Hash state_root(std::span<const TrieAccount> accounts);

}  // namespace warpevm
