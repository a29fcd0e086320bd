// SPDX-License-Identifier: Apache-2.0
// The root of the state: accounts under the hashes of their addresses (Yellow Paper 4.1).
#pragma once

#include <span>

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

/// The root over accounts with distinct addresses in any order; all that are given are in it, empty ones too.
Hash state_root(std::span<const TrieAccount> accounts);

}  // namespace warpevm
