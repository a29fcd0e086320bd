// SPDX-License-Identifier: Apache-2.0
// Keccak-f[1600] for one state or for eight side by side. States are arrays whose indices are all constants
// once the loops are unrolled, so that a compiler holds them in registers.
#ifndef WARPEVM_KERNELS_KECCAK_H
#define WARPEVM_KERNELS_KECCAK_H

#include "kernels/prelude.h"

#define KECCAK_STATE_WORDS 25
// Bytes and words that one block of Keccak-256 absorbs.
#define KECCAK_RATE 136
#define KECCAK_RATE_WORDS 17
// The padding's last bit, in a block's last word; its first bit follows the message.
#define KECCAK_LAST_BIT 0x8000000000000000UL

__constant ulong keccak_round_constants[24] = {
    0x0000000000000001UL, 0x0000000000008082UL, 0x800000000000808aUL, 0x8000000080008000UL,
    0x000000000000808bUL, 0x0000000080000001UL, 0x8000000080008081UL, 0x8000000000008009UL,
    0x000000000000008aUL, 0x0000000000000088UL, 0x0000000080008009UL, 0x000000008000000aUL,
    0x000000008000808bUL, 0x800000000000008bUL, 0x8000000000008089UL, 0x8000000000008003UL,
    0x8000000000008002UL, 0x8000000000000080UL, 0x000000000000800aUL, 0x800000008000000aUL,
    0x8000000080008081UL, 0x8000000000008080UL, 0x0000000080000001UL, 0x8000000080008008UL};

// F(w) for every word of a block.
#define KECCAK_FOR_RATE(F) \
    F(0) F(1) F(2) F(3) F(4) F(5) F(6) F(7) F(8) F(9) F(10) F(11) F(12) F(13) F(14) F(15) F(16)

// One row of chi, from the words b0 to b4 that theta, rho and pi brought there.
#define KECCAK_CHI(e, y)        \
    e[y + 0] = b0 ^ (~b1 & b2); \
    e[y + 1] = b1 ^ (~b2 & b3); \
    e[y + 2] = b2 ^ (~b3 & b4); \
    e[y + 3] = b3 ^ (~b4 & b0); \
    e[y + 4] = b4 ^ (~b0 & b1);

// A word after theta and rho. Lane (x, y) is word x + 5 * y.
#define KECCAK_MOVED(word, x, distance) WARPEVM_ROTATE_LEFT(word ^ d##x, distance)

// One round from a to e, which must be different arrays of LANE. Pi takes lane (X, Y) from
// ((X + 3 * Y) mod 5, X).
#define KECCAK_ROUND(LANE, a, e, constant)                   \
    {                                                        \
        const LANE c0 = a[0] ^ a[5] ^ a[10] ^ a[15] ^ a[20]; \
        const LANE c1 = a[1] ^ a[6] ^ a[11] ^ a[16] ^ a[21]; \
        const LANE c2 = a[2] ^ a[7] ^ a[12] ^ a[17] ^ a[22]; \
        const LANE c3 = a[3] ^ a[8] ^ a[13] ^ a[18] ^ a[23]; \
        const LANE c4 = a[4] ^ a[9] ^ a[14] ^ a[19] ^ a[24]; \
        const LANE d0 = c4 ^ WARPEVM_ROTATE_LEFT(c1, 1);     \
        const LANE d1 = c0 ^ WARPEVM_ROTATE_LEFT(c2, 1);     \
        const LANE d2 = c1 ^ WARPEVM_ROTATE_LEFT(c3, 1);     \
        const LANE d3 = c2 ^ WARPEVM_ROTATE_LEFT(c4, 1);     \
        const LANE d4 = c3 ^ WARPEVM_ROTATE_LEFT(c0, 1);     \
        LANE b0 = a[0] ^ d0;                                 \
        LANE b1 = KECCAK_MOVED(a[6], 1, 44);                 \
        LANE b2 = KECCAK_MOVED(a[12], 2, 43);                \
        LANE b3 = KECCAK_MOVED(a[18], 3, 21);                \
        LANE b4 = KECCAK_MOVED(a[24], 4, 14);                \
        KECCAK_CHI(e, 0)                                     \
        e[0] ^= constant;                                    \
        b0 = KECCAK_MOVED(a[3], 3, 28);                      \
        b1 = KECCAK_MOVED(a[9], 4, 20);                      \
        b2 = KECCAK_MOVED(a[10], 0, 3);                      \
        b3 = KECCAK_MOVED(a[16], 1, 45);                     \
        b4 = KECCAK_MOVED(a[22], 2, 61);                     \
        KECCAK_CHI(e, 5)                                     \
        b0 = KECCAK_MOVED(a[1], 1, 1);                       \
        b1 = KECCAK_MOVED(a[7], 2, 6);                       \
        b2 = KECCAK_MOVED(a[13], 3, 25);                     \
        b3 = KECCAK_MOVED(a[19], 4, 8);                      \
        b4 = KECCAK_MOVED(a[20], 0, 18);                     \
        KECCAK_CHI(e, 10)                                    \
        b0 = KECCAK_MOVED(a[4], 4, 27);                      \
        b1 = KECCAK_MOVED(a[5], 0, 36);                      \
        b2 = KECCAK_MOVED(a[11], 1, 10);                     \
        b3 = KECCAK_MOVED(a[17], 2, 15);                     \
        b4 = KECCAK_MOVED(a[23], 3, 56);                     \
        KECCAK_CHI(e, 15)                                    \
        b0 = KECCAK_MOVED(a[2], 2, 62);                      \
        b1 = KECCAK_MOVED(a[8], 3, 55);                      \
        b2 = KECCAK_MOVED(a[14], 4, 39);                     \
        b3 = KECCAK_MOVED(a[15], 0, 41);                     \
        b4 = KECCAK_MOVED(a[21], 1, 2);                      \
        KECCAK_CHI(e, 20)                                    \
    }

// All 24 rounds, two at a time so that no word is copied between them.
WARPEVM_INLINE void keccak_permute(ulong* a) {
    ulong e[KECCAK_STATE_WORDS];
    for (uint i = 0; i < 24; i += 2) {
        KECCAK_ROUND(ulong, a, e, keccak_round_constants[i])
        KECCAK_ROUND(ulong, e, a, keccak_round_constants[i + 1])
    }
}

WARPEVM_INLINE void keccak_permute_x8(ulong8* a) {
    ulong8 e[KECCAK_STATE_WORDS];
    for (uint i = 0; i < 24; i += 2) {
        KECCAK_ROUND(ulong8, a, e, keccak_round_constants[i])
        KECCAK_ROUND(ulong8, e, a, keccak_round_constants[i + 1])
    }
}

#endif
