// SPDX-License-Identifier: Apache-2.0
// Keccak-f[1600] on one state with AVX-512: five registers hold a row of five lanes each. Internal to the
// Keccak sources.
#pragma once

#include <cstdint>

#if defined(__x86_64__)
// GCC 12's intrinsics hand on a register whose value does not matter.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#include <immintrin.h>

#include "evm/crypto/keccak_permutation.hpp"

namespace warpevm::keccak {

/// What the rounds keep in registers: distances, and indices for moving lanes.
struct alignas(64) Lanes {
    int64_t lane[8];
};
struct RowTables {
    Lanes rho[5]{};  ///< distances of row y
    Lanes pi[5]{};   ///< where lane Y of column y comes from in row y
    Lanes left{4, 0, 1, 2, 3, 5, 6, 7}, right{1, 2, 3, 4, 0, 5, 6, 7};  ///< the lanes x-1 and x+1 of a row
    Lanes interleave{0, 8, 1, 9, 2, 10, 3, 11};   ///< lanes 0 to 3 of two registers in turn
    Lanes pairs[4]{};                             ///< two neighbours from each of two interleaved registers
    Lanes fifth_first{4, 12, 7, 7, 7, 7, 7, 7};   ///< the fifth lanes of two registers at places 0 and 1
    Lanes fifth_second{7, 7, 4, 12, 7, 7, 7, 7};  ///< the same at places 2 and 3

    constexpr RowTables() {
        for (int y = 0; y < 5; ++y) {
            pi[y] = {0, 0, 0, 0, 0, 5, 6, 7};
            for (int n = 0; n < 5; ++n) {
                rho[y].lane[n] = rotations[n + 5 * y];
                pi[y].lane[n] = (y + 3 * n) % 5;
            }
        }
        for (int y = 0; y < 4; ++y) pairs[y] = {2 * y, 2 * y + 1, 8 + 2 * y, 9 + 2 * y, 7, 7, 7, 7};
    }
};
inline constexpr RowTables row_tables;

[[gnu::target("avx512f"), gnu::always_inline]] inline __m512i lanes(const Lanes& l) {
    return _mm512_load_si512(l.lane);
}

/// Rows to columns and back: lane y of e[x] becomes lane x of r[y]. Lanes above the fifth mean nothing.
[[gnu::target("avx512f"), gnu::always_inline]] inline void transpose(const __m512i* e, __m512i* r) {
    constexpr const RowTables& t = row_tables;
    const __m512i e01 = _mm512_permutex2var_epi64(e[0], lanes(t.interleave), e[1]);
    const __m512i e23 = _mm512_permutex2var_epi64(e[2], lanes(t.interleave), e[3]);
    constexpr __mmask8 fifth = 1 << 4;
    for (int y = 0; y < 4; ++y)
        r[y] = _mm512_mask_permutexvar_epi64(_mm512_permutex2var_epi64(e01, lanes(t.pairs[y]), e23), fifth,
                                             _mm512_set1_epi64(y), e[4]);
    const __m512i front = _mm512_permutex2var_epi64(e[0], lanes(t.fifth_first), e[1]);
    const __m512i back = _mm512_permutex2var_epi64(e[2], lanes(t.fifth_second), e[3]);
    r[4] = _mm512_mask_blend_epi64(fifth, _mm512_mask_blend_epi64(0b1100, front, back), e[4]);
}

/// One round. Pi moves lane (x, y) to (y, 2x + 3y): row y turns into column y, so that chi needs no shuffle;
/// transposing makes rows again.
[[gnu::target("avx512f"), gnu::always_inline]] inline void round_of_rows(__m512i* r, uint64_t constant) {
    constexpr const RowTables& t = row_tables;
    constexpr int xor3_table = 0x96, chi_table = 0xD2;  // a ^ b ^ c, and a ^ (~b & c)
    const __m512i parity = _mm512_ternarylogic_epi64(_mm512_ternarylogic_epi64(r[0], r[1], r[2], xor3_table),
                                                     r[3], r[4], xor3_table);
    const __m512i before = _mm512_permutexvar_epi64(lanes(t.left), parity);
    const __m512i after = _mm512_permutexvar_epi64(lanes(t.right), _mm512_rol_epi64(parity, 1));
    __m512i column[5];
    for (int y = 0; y < 5; ++y) {
        const __m512i theta = _mm512_ternarylogic_epi64(r[y], before, after, xor3_table);
        column[y] = _mm512_permutexvar_epi64(lanes(t.pi[y]), _mm512_rolv_epi64(theta, lanes(t.rho[y])));
    }
    __m512i chi[5];
    for (int x = 0; x < 5; ++x)
        chi[x] = _mm512_ternarylogic_epi64(column[x], column[(x + 1) % 5], column[(x + 2) % 5], chi_table);
    chi[0] = _mm512_xor_si512(chi[0], _mm512_maskz_set1_epi64(1, static_cast<int64_t>(constant)));
    transpose(chi, r);
}

[[gnu::target("avx512f")]] inline void permute_rows(uint64_t* words) {
    constexpr __mmask8 row_lanes = 0b11111;
    __m512i r[5];
    for (int y = 0; y < 5; ++y) r[y] = _mm512_maskz_loadu_epi64(row_lanes, words + 5 * y);
    for (const uint64_t constant : round_constants) round_of_rows(r, constant);
    for (int y = 0; y < 5; ++y) _mm512_mask_storeu_epi64(words + 5 * y, row_lanes, r[y]);
}

}  // namespace warpevm::keccak
#pragma GCC diagnostic pop
#endif
