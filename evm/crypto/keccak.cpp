// SPDX-License-Identifier: Apache-2.0
// Keccak-f[1600] on 64-bit words and the sponge with rate 136 around it.
#include "evm/crypto/keccak.hpp"

#include <bit>

namespace warpevm {
namespace {

constexpr size_t rate = 136;

constexpr uint64_t round_constants[24] = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b,
    0x0000000080000001, 0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088,
    0x0000000080008009, 0x000000008000000a, 0x000000008000808b, 0x800000000000008b, 0x8000000000008089,
    0x8000000000008003, 0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008};

/// Lane (x, y) is state[x + 5 * y]; rho's distances in that order.
constexpr int rotations[25] = {0,  1,  62, 28, 27, 36, 44, 6,  55, 20, 3,  10, 43,
                               25, 39, 41, 45, 15, 21, 8,  18, 2,  61, 56, 14};

void permute(uint64_t (&a)[25]) {
    for (const uint64_t constant : round_constants) {
        uint64_t c[5];
        for (int x = 0; x < 5; ++x) c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
        uint64_t b[25];
        for (int x = 0; x < 5; ++x) {
            const uint64_t d = c[(x + 4) % 5] ^ std::rotl(c[(x + 1) % 5], 1);
            for (int y = 0; y < 5; ++y)
                b[y + 5 * ((2 * x + 3 * y) % 5)] = std::rotl(a[x + 5 * y] ^ d, rotations[x + 5 * y]);
        }
        for (int y = 0; y < 25; y += 5)
            for (int x = 0; x < 5; ++x) a[y + x] = b[y + x] ^ (~b[y + (x + 1) % 5] & b[y + (x + 2) % 5]);
        a[0] ^= constant;
    }
}

void absorb(uint64_t (&a)[25], const uint8_t* block) {
    for (size_t i = 0; i < rate / 8; ++i) {
        const uint64_t x = load_u64(block + 8 * i);
        a[i] ^= std::endian::native == std::endian::little ? x : __builtin_bswap64(x);
    }
    permute(a);
}

}  // namespace

Hash keccak256(BytesView message) {
    uint64_t a[25] = {};
    for (; message.size() >= rate; message = message.subspan(rate)) absorb(a, message.data());
    uint8_t last[rate] = {};
    if (!message.empty()) std::memcpy(last, message.data(), message.size());
    last[message.size()] = 0x01;  // Keccak's padding, not SHA-3's 0x06
    last[rate - 1] |= 0x80;
    absorb(a, last);
    Hash h;
    for (size_t i = 0; i < 32; ++i) h.bytes[i] = static_cast<uint8_t>(a[i / 8] >> (8 * (i % 8)));
    return h;
}

void keccak256_batch(std::span<const BytesView> messages, std::span<Hash> digests) {
    for (size_t i = 0; i < messages.size(); ++i) digests[i] = keccak256(messages[i]);
}

}  // namespace warpevm
