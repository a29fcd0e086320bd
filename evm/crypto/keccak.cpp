// SPDX-License-Identifier: Apache-2.0
// Keccak-256 of one message.
#include "evm/crypto/keccak.hpp"

#include "evm/crypto/keccak_backends.hpp"
#include "evm/crypto/keccak_sponge.hpp"

namespace warpevm {

Hash keccak256(BytesView message) {
    static const keccak::Permute permute = keccak::best_single().permute;
    keccak::Sponge<1> sponge;
    const uint8_t* p = message.data();
    size_t left = message.size();
    for (; left >= keccak::rate; p += keccak::rate, left -= keccak::rate) {
        sponge.absorb_block(0, p);
        permute(sponge.words);
    }
    sponge.absorb_last(0, p, left);
    permute(sponge.words);
    return sponge.digest(0);
}

void keccak256_batch(std::span<const BytesView> messages, std::span<Hash> digests) {
    keccak::hash_all(keccak::best_batch(), messages, digests);
}

}  // namespace warpevm
