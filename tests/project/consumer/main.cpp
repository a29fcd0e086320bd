// SPDX-License-Identifier: Apache-2.0
// Uses what an installed warpevm must give: its headers, its library, and through it the libraries beneath.
#include <cstdio>

#include "evm/base/hex.hpp"
#include "evm/crypto/secp256k1.hpp"
#include "evm/trie/trie.hpp"
#include "host/senders/senders.hpp"

int main() {
    // The root of a trie with nothing in it is known; a signature of zeros has no signer.
    const bool root_agrees = warpevm::ordered_trie_root({}) == warpevm::empty_trie_root;
    const bool no_signer = !warpevm::recover_address({}, {}, {}, 0).has_value();
    // No device is looked for; the threads and the kernels that were compiled as C++ are there.
    warpevm::SenderRecovery recovery({.use = warpevm::DeviceUse::never});
    const warpevm::Transaction tx;
    const warpevm::Rules rules{.fork = warpevm::Fork::cancun, .chain_id = 1, .blobs = {}};
    const warpevm::SenderRequest request{&tx, &rules};
    const auto senders = recovery.recover({&request, 1});
    const bool none = senders.size() == 1 && !senders[0] && warpevm::open_native_device(1)->info().units == 1;
    std::puts(warpevm::to_hex(warpevm::empty_trie_root).c_str());
    return root_agrees && no_signer && none ? 0 : 1;
}
