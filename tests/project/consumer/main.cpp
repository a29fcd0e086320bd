// SPDX-License-Identifier: Apache-2.0
// Uses what an installed warpevm must give: its headers, its library, and through it the libraries beneath.
#include <cstdio>

#include "evm/base/hex.hpp"
#include "evm/crypto/secp256k1.hpp"
#include "evm/trie/trie.hpp"

int main() {
    // The root of a trie with nothing in it is known; a signature of zeros has no signer.
    const bool root_agrees = warpevm::ordered_trie_root({}) == warpevm::empty_trie_root;
    const bool no_signer = !warpevm::recover_address({}, {}, {}, 0).has_value();
    std::puts(warpevm::to_hex(warpevm::empty_trie_root).c_str());
    return root_agrees && no_signer ? 0 : 1;
}
