// SPDX-License-Identifier: Apache-2.0
// BLAKE2b's compression function with AVX2: the four columns, then the four diagonals, side by side in one
// register.
#if defined(__x86_64__)

#include <immintrin.h>

#include "evm/crypto/blake2b.hpp"
#include "evm/crypto/blake2b_constants.hpp"

#define WARPEVM_AVX2 __attribute__((target("avx2")))

namespace warpevm::detail {
namespace {

/// The message words of one round as the two halves of the two mixing steps take them.
struct alignas(32) RoundWords {
    uint64_t column_x[4], column_y[4], diagonal_x[4], diagonal_y[4];
};
using Schedule = std::array<RoundWords, blake2b_schedule_length>;

/// Gathered once per row, because EIP-152 allows any number of rounds.
void gather(Schedule& schedule, const std::array<uint64_t, 16>& m, size_t rows) {
    for (size_t row = 0; row < rows; ++row) {
        const auto& s = blake2b_sigma[row];
        RoundWords& words = schedule[row];
        for (size_t i = 0; i < 4; ++i) {
            words.column_x[i] = m[s[2 * i]];
            words.column_y[i] = m[s[2 * i + 1]];
            const size_t diagonal = (i + 3) % 4;  // see round()
            words.diagonal_x[i] = m[s[8 + 2 * diagonal]];
            words.diagonal_y[i] = m[s[8 + 2 * diagonal + 1]];
        }
    }
}

struct Rows {
    __m256i a, b, c, d;
};

WARPEVM_AVX2 inline __m256i load(const uint64_t* words) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(words));
}

WARPEVM_AVX2 inline void store(uint64_t* words, __m256i x) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(words), x);
}

/// rotation_24 and rotation_16 are byte shuffles; 32 is a shuffle of halves, 63 an addition and a shift.
WARPEVM_AVX2 inline void mix(Rows& v, __m256i x, __m256i y) {
    const __m256i rotation_24 = _mm256_setr_epi8(3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10, 3, 4,
                                                 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10);
    const __m256i rotation_16 = _mm256_setr_epi8(2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9, 2, 3,
                                                 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9);
    v.a = _mm256_add_epi64(_mm256_add_epi64(v.a, x), v.b);
    v.d = _mm256_shuffle_epi32(_mm256_xor_si256(v.d, v.a), _MM_SHUFFLE(2, 3, 0, 1));
    v.c = _mm256_add_epi64(v.c, v.d);
    v.b = _mm256_shuffle_epi8(_mm256_xor_si256(v.b, v.c), rotation_24);
    v.a = _mm256_add_epi64(_mm256_add_epi64(v.a, y), v.b);
    v.d = _mm256_shuffle_epi8(_mm256_xor_si256(v.d, v.a), rotation_16);
    v.c = _mm256_add_epi64(v.c, v.d);
    const __m256i t = _mm256_xor_si256(v.b, v.c);
    v.b = _mm256_or_si256(_mm256_srli_epi64(t, 63), _mm256_add_epi64(t, t));
}

/// Diagonals are brought into columns by turning rows a, c and d around row b: b is the last to be ready and
/// the first to be needed, so it stays. Lane i then holds the diagonal that starts in column i - 1.
WARPEVM_AVX2 inline void round(Rows& v, const RoundWords& words) {
    mix(v, load(words.column_x), load(words.column_y));
    v.a = _mm256_permute4x64_epi64(v.a, _MM_SHUFFLE(2, 1, 0, 3));
    v.c = _mm256_permute4x64_epi64(v.c, _MM_SHUFFLE(0, 3, 2, 1));
    v.d = _mm256_permute4x64_epi64(v.d, _MM_SHUFFLE(1, 0, 3, 2));
    mix(v, load(words.diagonal_x), load(words.diagonal_y));
    v.a = _mm256_permute4x64_epi64(v.a, _MM_SHUFFLE(0, 3, 2, 1));
    v.c = _mm256_permute4x64_epi64(v.c, _MM_SHUFFLE(2, 1, 0, 3));
    v.d = _mm256_permute4x64_epi64(v.d, _MM_SHUFFLE(1, 0, 3, 2));
}

}  // namespace

bool blake2b_has_avx2() {
    return __builtin_cpu_supports("avx2") != 0;
}

WARPEVM_AVX2 void blake2b_compress_avx2(std::array<uint64_t, 8>& state, const Blake2bBlock& block,
                                        uint32_t rounds) {
    Schedule schedule;
    gather(schedule, block.message, rounds < blake2b_schedule_length ? rounds : blake2b_schedule_length);

    const __m256i low = load(state.data()), high = load(state.data() + 4);
    const __m256i tweak =
        _mm256_setr_epi64x(static_cast<long long>(block.offset[0]), static_cast<long long>(block.offset[1]),
                           block.is_final ? -1 : 0, 0);
    Rows v{low, high, load(blake2b_iv.data()), _mm256_xor_si256(load(blake2b_iv.data() + 4), tweak)};

    for (; rounds >= blake2b_schedule_length; rounds -= blake2b_schedule_length)
        for (const RoundWords& words : schedule) round(v, words);
    for (uint32_t i = 0; i < rounds; ++i) round(v, schedule[i]);

    store(state.data(), _mm256_xor_si256(low, _mm256_xor_si256(v.a, v.c)));
    store(state.data() + 4, _mm256_xor_si256(high, _mm256_xor_si256(v.b, v.d)));
}

}  // namespace warpevm::detail

#endif
