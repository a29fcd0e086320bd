// SPDX-License-Identifier: Apache-2.0
// BLAKE2b's compression function in portable code, and the choice between it and AVX2.
#include "evm/crypto/blake2b.hpp"

#include <bit>
#include <utility>

#include "evm/crypto/blake2b_constants.hpp"

namespace warpevm {
namespace detail {
namespace {

using State = std::array<uint64_t, 16>;

/// RFC 7693, 3.1, on the words A, B, C, D of the local state.
template <size_t A, size_t B, size_t C, size_t D>
inline void mix(State& v, uint64_t x, uint64_t y) {
    v[A] += v[B] + x;
    v[D] = std::rotr(v[D] ^ v[A], 32);
    v[C] += v[D];
    v[B] = std::rotr(v[B] ^ v[C], 24);
    v[A] += v[B] + y;
    v[D] = std::rotr(v[D] ^ v[A], 16);
    v[C] += v[D];
    v[B] = std::rotr(v[B] ^ v[C], 63);
}

/// The row of sigma is a template parameter so that the message words' places are known to the compiler.
template <size_t Row>
inline void round(State& v, const std::array<uint64_t, 16>& m) {
    constexpr auto& s = blake2b_sigma[Row];
    mix<0, 4, 8, 12>(v, m[s[0]], m[s[1]]);
    mix<1, 5, 9, 13>(v, m[s[2]], m[s[3]]);
    mix<2, 6, 10, 14>(v, m[s[4]], m[s[5]]);
    mix<3, 7, 11, 15>(v, m[s[6]], m[s[7]]);
    mix<0, 5, 10, 15>(v, m[s[8]], m[s[9]]);
    mix<1, 6, 11, 12>(v, m[s[10]], m[s[11]]);
    mix<2, 7, 8, 13>(v, m[s[12]], m[s[13]]);
    mix<3, 4, 9, 14>(v, m[s[14]], m[s[15]]);
}

/// Up to ten rounds, starting at row 0.
template <size_t... Row>
inline void rounds_from_zero(State& v, const std::array<uint64_t, 16>& m, uint32_t count,
                             std::index_sequence<Row...>) {
    (void)((Row < count && (round<Row>(v, m), true)) && ...);
}

}  // namespace

void blake2b_compress_scalar(std::array<uint64_t, 8>& state, const Blake2bBlock& block, uint32_t rounds) {
    State v;
    for (size_t i = 0; i < 8; ++i) {
        v[i] = state[i];
        v[i + 8] = blake2b_iv[i];
    }
    v[12] ^= block.offset[0];
    v[13] ^= block.offset[1];
    if (block.is_final) v[14] = ~v[14];

    constexpr auto period = blake2b_schedule_length;
    for (; rounds >= period; rounds -= period)
        rounds_from_zero(v, block.message, period, std::make_index_sequence<period>{});
    rounds_from_zero(v, block.message, rounds, std::make_index_sequence<period>{});

    for (size_t i = 0; i < 8; ++i) state[i] ^= v[i] ^ v[i + 8];
}

#if !defined(__x86_64__)
bool blake2b_has_avx2() {
    return false;
}
void blake2b_compress_avx2(std::array<uint64_t, 8>& state, const Blake2bBlock& block, uint32_t rounds) {
    blake2b_compress_scalar(state, block, rounds);
}
#endif

}  // namespace detail

void blake2b_compress(std::array<uint64_t, 8>& state, const Blake2bBlock& block, uint32_t rounds) {
    static const bool has_avx2 = detail::blake2b_has_avx2();
    if (has_avx2)
        detail::blake2b_compress_avx2(state, block, rounds);
    else
        detail::blake2b_compress_scalar(state, block, rounds);
}

}  // namespace warpevm
