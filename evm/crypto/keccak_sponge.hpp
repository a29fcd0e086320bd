// SPDX-License-Identifier: Apache-2.0
// The sponge around the permutation, for `Lanes` messages side by side. Messages go straight into the state,
// word by word: no block is copied or padded elsewhere first.
#pragma once

#include <bit>

#include "evm/base/bytes.hpp"
#include "evm/crypto/keccak_permutation.hpp"

namespace warpevm::keccak {

inline uint64_t load_le(const uint8_t* p) {
    const uint64_t x = load_u64(p);
    return std::endian::native == std::endian::little ? x : __builtin_bswap64(x);
}

template <size_t Lanes>
struct Sponge {
    alignas(64) uint64_t words[state_lanes * Lanes]{};

    void begin(size_t lane) {
        for (size_t w = 0; w < state_lanes; ++w) words[w * Lanes + lane] = 0;
    }

    void absorb_block(size_t lane, const uint8_t* block) {
        for (size_t w = 0; w < rate_lanes; ++w) words[w * Lanes + lane] ^= load_le(block + 8 * w);
    }

    /// The last block, of size < rate, with Keccak's padding (0x01 and not SHA-3's 0x06, then 0x80 at its
    /// end).
    void absorb_last(size_t lane, const uint8_t* bytes, size_t size) {
        const size_t full = size / 8;
        for (size_t w = 0; w < full; ++w) words[w * Lanes + lane] ^= load_le(bytes + 8 * w);
        // Built in a register: stored bytes read back as a word would have to wait for the cache.
        const size_t rest = size % 8;
        uint64_t tail = 1ULL << (8 * rest);
        for (size_t i = 0; i < rest; ++i) tail |= uint64_t{bytes[8 * full + i]} << (8 * i);
        words[full * Lanes + lane] ^= tail;
        words[(rate_lanes - 1) * Lanes + lane] ^= 0x80ULL << 56;
    }

    [[nodiscard]] Hash digest(size_t lane) const {
        Hash h;
        for (size_t w = 0; w < 4; ++w) {
            uint64_t x = words[w * Lanes + lane];
            if constexpr (std::endian::native != std::endian::little) x = __builtin_bswap64(x);
            std::memcpy(h.bytes.data() + 8 * w, &x, 8);
        }
        return h;
    }
};

}  // namespace warpevm::keccak
