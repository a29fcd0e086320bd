// SPDX-License-Identifier: Apache-2.0
// BLAKE2b's F: the digest of "abc" (RFC 7693, appendix A), and the implementations against each other.
#include "evm/crypto/blake2b.hpp"

#include <gtest/gtest.h>

#include <random>

#include "evm/base/hex.hpp"
#include "evm/crypto/blake2b_constants.hpp"

namespace warpevm {
namespace {

using State = std::array<uint64_t, 8>;
using Compress = void (*)(State&, const Blake2bBlock&, uint32_t);

std::vector<Compress> implementations() {
    std::vector<Compress> all{blake2b_compress, detail::blake2b_compress_scalar};
    if (detail::blake2b_has_avx2()) all.push_back(detail::blake2b_compress_avx2);
    return all;
}

TEST(Blake2b, DigestOfAbc) {
    for (const Compress compress : implementations()) {
        State state = detail::blake2b_iv;
        state[0] ^= 0x01010040;  // digest of 64 bytes, no key
        Blake2bBlock block{{0x636261}, {3, 0}, true};
        compress(state, block, 12);
        const BytesView digest{reinterpret_cast<const uint8_t*>(state.data()), sizeof state};
        EXPECT_EQ(
            "0xba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
            "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923",
            to_hex(digest));
    }
}

TEST(Blake2b, ImplementationsAgreeForAnyNumberOfRounds) {
    std::mt19937_64 random{11};
    for (uint32_t rounds = 0; rounds < 64; ++rounds) {
        State start;
        Blake2bBlock block;
        for (uint64_t& w : start) w = random();
        for (uint64_t& w : block.message) w = random();
        for (uint64_t& w : block.offset) w = random();
        block.is_final = rounds % 2 == 1;
        State expected = start;
        detail::blake2b_compress_scalar(expected, block, rounds);
        for (const Compress compress : implementations()) {
            State state = start;
            compress(state, block, rounds);
            EXPECT_EQ(expected, state) << rounds;
        }
    }
}

TEST(Blake2b, NoRoundsFoldTheStateOnly) {
    State state{1, 2, 3, 4, 5, 6, 7, 8};
    blake2b_compress(state, Blake2bBlock{{}, {0, 0}, false}, 0);
    EXPECT_EQ(detail::blake2b_iv, state) << "h ^ v[0..7] ^ v[8..15] with v = h, IV";
}

}  // namespace
}  // namespace warpevm
