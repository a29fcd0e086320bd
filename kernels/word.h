// SPDX-License-Identifier: Apache-2.0
// The EVM's word: 256 bits as four 64-bit limbs, least significant first, and what needs no division.
// Independent of the host's 256-bit arithmetic on purpose: comparing the two compares two programs.
#ifndef WARPEVM_KERNELS_WORD_H
#define WARPEVM_KERNELS_WORD_H

#include "kernels/lane_types.h"
#include "kernels/prelude.h"

WARPEVM_INLINE word word_of(ulong low) {
    const word r = {{low, 0, 0, 0}};
    return r;
}

WARPEVM_INLINE word word_zero(void) {
    return word_of(0);
}

WARPEVM_INLINE uint word_is_zero(word a) {
    return (a.v[0] | a.v[1] | a.v[2] | a.v[3]) == 0;
}

// Whether the value is below 2^64.
WARPEVM_INLINE uint word_is_short(word a) {
    return (a.v[1] | a.v[2] | a.v[3]) == 0;
}

// The value, or 2^64 - 1 where it is larger.
WARPEVM_INLINE ulong word_saturated(word a) {
    return word_is_short(a) ? a.v[0] : ~0UL;
}

WARPEVM_INLINE uint word_is_negative(word a) {
    return (uint)(a.v[3] >> 63);
}

WARPEVM_INLINE uint word_equal(word a, word b) {
    return ((a.v[0] ^ b.v[0]) | (a.v[1] ^ b.v[1]) | (a.v[2] ^ b.v[2]) | (a.v[3] ^ b.v[3])) == 0;
}

WARPEVM_INLINE uint word_less(word a, word b) {
    uint less = a.v[0] < b.v[0];
    less = (a.v[1] < b.v[1]) | ((a.v[1] == b.v[1]) & less);
    less = (a.v[2] < b.v[2]) | ((a.v[2] == b.v[2]) & less);
    return (a.v[3] < b.v[3]) | ((a.v[3] == b.v[3]) & less);
}

// Two's complement: flipping the signs maps it to the unsigned comparison.
WARPEVM_INLINE uint word_less_signed(word a, word b) {
    a.v[3] ^= 1UL << 63;
    b.v[3] ^= 1UL << 63;
    return word_less(a, b);
}

WARPEVM_INLINE word word_and(word a, word b) {
    const word r = {{a.v[0] & b.v[0], a.v[1] & b.v[1], a.v[2] & b.v[2], a.v[3] & b.v[3]}};
    return r;
}
WARPEVM_INLINE word word_or(word a, word b) {
    const word r = {{a.v[0] | b.v[0], a.v[1] | b.v[1], a.v[2] | b.v[2], a.v[3] | b.v[3]}};
    return r;
}
WARPEVM_INLINE word word_xor(word a, word b) {
    const word r = {{a.v[0] ^ b.v[0], a.v[1] ^ b.v[1], a.v[2] ^ b.v[2], a.v[3] ^ b.v[3]}};
    return r;
}
WARPEVM_INLINE word word_not(word a) {
    const word r = {{~a.v[0], ~a.v[1], ~a.v[2], ~a.v[3]}};
    return r;
}

// The sum modulo 2^256; *carry is what it lost.
WARPEVM_INLINE word word_add_carry(word a, word b, ulong* carry) {
    word r;
    ulong c = 0;
    WARPEVM_UNROLL
    for (uint i = 0; i < 4; ++i) {
        const ulong sum = a.v[i] + b.v[i];
        r.v[i] = sum + c;
        c = (ulong)(sum < a.v[i]) | (ulong)(r.v[i] < sum);
    }
    *carry = c;
    return r;
}
WARPEVM_INLINE word word_add(word a, word b) {
    ulong carry;
    return word_add_carry(a, b, &carry);
}

WARPEVM_INLINE word word_sub(word a, word b) {
    word r;
    ulong borrow = 0;
    WARPEVM_UNROLL
    for (uint i = 0; i < 4; ++i) {
        const ulong difference = a.v[i] - b.v[i];
        r.v[i] = difference - borrow;
        borrow = (ulong)(a.v[i] < b.v[i]) | (ulong)(difference < borrow);
    }
    return r;
}

WARPEVM_INLINE word word_negate(word a) {
    return word_sub(word_zero(), a);
}

WARPEVM_INLINE word word_mul(word a, word b) {
    word r = word_zero();
    WARPEVM_UNROLL
    for (uint i = 0; i < 4; ++i) {
        ulong carry = 0;
        WARPEVM_UNROLL
        for (uint j = 0; i + j < 4; ++j) r.v[i + j] = mul_add64(a.v[j], b.v[i], r.v[i + j], carry, &carry);
    }
    return r;
}

// Distances count to 255 here.
WARPEVM_INLINE word word_shift_left(word a, uint distance) {
    const uint words = distance >> 6 & 3;
    const uint bits = distance & 63;
    word r = word_zero();
    for (uint i = words; i < 4; ++i) {
        r.v[i] = a.v[i - words] << bits;
        if (bits != 0 && i > words) r.v[i] |= a.v[i - words - 1] >> (64 - bits);
    }
    return r;
}
// What comes in at the top is `fill`: 0 or all ones.
WARPEVM_INLINE word word_shift_right(word a, uint distance, ulong fill) {
    const uint words = distance >> 6 & 3;
    const uint bits = distance & 63;
    word r;
    for (uint i = 0; i < 4; ++i) {
        const ulong low = i + words < 4 ? a.v[i + words] : fill;
        const ulong high = i + words + 1 < 4 ? a.v[i + words + 1] : fill;
        r.v[i] = bits == 0 ? low : low >> bits | high << (64 - bits);
    }
    return r;
}

// Shift distances as the EVM takes them from the stack (EIP-145).
WARPEVM_INLINE word word_shl(word distance, word a) {
    return word_saturated(distance) > 255 ? word_zero() : word_shift_left(a, (uint)distance.v[0]);
}
WARPEVM_INLINE word word_shr(word distance, word a) {
    return word_saturated(distance) > 255 ? word_zero() : word_shift_right(a, (uint)distance.v[0], 0);
}
WARPEVM_INLINE word word_sar(word distance, word a) {
    const ulong fill = word_is_negative(a) ? ~0UL : 0UL;
    const word filled = {{fill, fill, fill, fill}};
    return word_saturated(distance) > 255 ? filled : word_shift_right(a, (uint)distance.v[0], fill);
}

// Byte `index` counted from the most significant; zero from 32 on.
WARPEVM_INLINE word word_byte(word index, word a) {
    if (word_saturated(index) > 31) return word_zero();
    const uint i = 31 - (uint)index.v[0];
    return word_of(a.v[i / 8] >> (8 * (i % 8)) & 0xff);
}

// Repeats the sign of byte `index` (0: the least significant) above it; unchanged from 31 on.
WARPEVM_INLINE word word_signextend(word index, word a) {
    if (word_saturated(index) > 30) return a;
    const uint unused = 248 - 8 * (uint)index.v[0];
    const word shifted = word_shift_left(a, unused);
    return word_shift_right(shifted, unused, word_is_negative(shifted) ? ~0UL : 0UL);
}

// How many bits the value has: 0 for zero, 256 from 2^255 on.
WARPEVM_INLINE uint word_bit_length(word a) {
    for (uint i = 4; i-- > 0;)
        if (a.v[i] != 0) return 64 * i + 64 - (uint)clz(a.v[i]);
    return 0;
}

#endif
