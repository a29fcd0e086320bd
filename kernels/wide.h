// SPDX-License-Identifier: Apache-2.0
// 256-bit numbers as limbs, least significant first, and the primitives that carry between limbs. The limb's
// width and the spelling of the primitives are prelude.h's build options; nothing above this file sees them.
// Independent of the host's 256-bit arithmetic on purpose: comparing the two compares two programs.
#ifndef WARPEVM_KERNELS_WIDE_H
#define WARPEVM_KERNELS_WIDE_H

#include "kernels/prelude.h"

#if WARPEVM_LIMB_BITS == 64
typedef ulong limb;
// A 64-bit constant as limbs, for initializers.
#define WIDE_LIMBS(x) x
#else
typedef uint limb;
#define WIDE_LIMBS(x) (uint)((x)&0xffffffffUL), (uint)((x) >> 32)
#endif
#define LIMBS (256 / WARPEVM_LIMB_BITS)
#define HALF_LIMBS (LIMBS / 2)

typedef struct {
    limb v[LIMBS];
} wide;

// The low limb of a * b + c + d, which never exceeds two limbs; the high one goes to *high.
WARPEVM_INLINE limb limb_mul_add(limb a, limb b, limb c, limb d, limb* high) {
#if WARPEVM_LIMB_BITS == 32
    const ulong t = (ulong)a * b + c + d;
    *high = (limb)(t >> 32);
    return (limb)t;
#else
    return mul_add64(a, b, c, d, high);
#endif
}

// a + b + *carry, where *carry is 0 or 1 before and after.
WARPEVM_INLINE limb limb_add(limb a, limb b, limb* carry) {
#if WARPEVM_LIMB_BITS == 32
    const ulong t = (ulong)a + b + *carry;
    *carry = (limb)(t >> 32);
    return (limb)t;
#elif WARPEVM_INT128
    const unsigned __int128 t = (unsigned __int128)a + b + *carry;
    *carry = (limb)(t >> 64);
    return (limb)t;
#else
    const limb sum = a + b;
    const limb all = sum + *carry;
    *carry = (limb)(sum < a) | (limb)(all < sum);
    return all;
#endif
}

// a - b - *borrow, where *borrow is 0 or 1 before and after.
WARPEVM_INLINE limb limb_sub(limb a, limb b, limb* borrow) {
#if WARPEVM_LIMB_BITS == 32
    const ulong t = (ulong)a - b - *borrow;
    *borrow = (limb)(t >> 63);
    return (limb)t;
#elif WARPEVM_INT128
    const unsigned __int128 t = (unsigned __int128)a - b - *borrow;
    *borrow = (limb)(t >> 127);
    return (limb)t;
#else
    const limb difference = a - b;
    const limb all = difference - *borrow;
    *borrow = (limb)(a < b) | (limb)(difference < *borrow);
    return all;
#endif
}

#if WARPEVM_PTX && WARPEVM_LIMB_BITS == 32
#include "kernels/wide_ptx.h"
#else
// *sum = a + b modulo 2^256; returns the carry.
WARPEVM_INLINE limb wide_add(wide* sum, const wide* a, const wide* b) {
    limb carry = 0;
    WARPEVM_UNROLL
    for (uint i = 0; i < LIMBS; ++i) sum->v[i] = limb_add(a->v[i], b->v[i], &carry);
    return carry;
}

// *difference = a - b modulo 2^256; returns the borrow.
WARPEVM_INLINE limb wide_sub(wide* difference, const wide* a, const wide* b) {
    limb borrow = 0;
    WARPEVM_UNROLL
    for (uint i = 0; i < LIMBS; ++i) difference->v[i] = limb_sub(a->v[i], b->v[i], &borrow);
    return borrow;
}

// row[0 .. LIMBS) += a * b; the limb that comes out goes to row[LIMBS], which it replaces.
WARPEVM_INLINE void wide_mul_add_row(limb* row, const limb* a, limb b) {
    limb carry = 0;
    WARPEVM_UNROLL
    for (uint i = 0; i < LIMBS; ++i) row[i] = limb_mul_add(a[i], b, row[i], carry, &carry);
    row[LIMBS] = carry;
}
#endif

// `yes` where the condition is 1, `no` where it is 0, without a branch.
WARPEVM_INLINE wide wide_select(limb condition, wide yes, wide no) {
    const limb mask = (limb)0 - condition;
    wide r;
    WARPEVM_UNROLL
    for (uint i = 0; i < LIMBS; ++i) r.v[i] = (yes.v[i] & mask) | (no.v[i] & ~mask);
    return r;
}

WARPEVM_INLINE wide wide_zero(void) {
    wide r;
    WARPEVM_UNROLL
    for (uint i = 0; i < LIMBS; ++i) r.v[i] = 0;
    return r;
}

WARPEVM_INLINE wide wide_small(uint x) {
    wide r = wide_zero();
    r.v[0] = x;
    return r;
}

WARPEVM_INLINE uint wide_is_zero(wide a) {
    limb all = 0;
    WARPEVM_UNROLL
    for (uint i = 0; i < LIMBS; ++i) all |= a.v[i];
    return all == 0;
}

WARPEVM_INLINE uint wide_equal(wide a, wide b) {
    limb differ = 0;
    WARPEVM_UNROLL
    for (uint i = 0; i < LIMBS; ++i) differ |= a.v[i] ^ b.v[i];
    return differ == 0;
}

WARPEVM_INLINE uint wide_less(wide a, wide b) {
    wide ignored;
    return wide_sub(&ignored, &a, &b) != 0;
}

// Four 64-bit words, least significant first.
WARPEVM_INLINE wide wide_from_words(ulong w0, ulong w1, ulong w2, ulong w3) {
    const wide r = {{WIDE_LIMBS(w0), WIDE_LIMBS(w1), WIDE_LIMBS(w2), WIDE_LIMBS(w3)}};
    return r;
}

// Word i of 0 to 3. A constant i leaves the number in registers.
WARPEVM_INLINE ulong wide_word(const wide* a, uint i) {
#if WARPEVM_LIMB_BITS == 64
    return a->v[i];
#else
    return a->v[2 * i] | (ulong)a->v[2 * i + 1] << 32;
#endif
}

WARPEVM_INLINE wide wide_load(__global const ulong* from) {
    return wide_from_words(from[0], from[1], from[2], from[3]);
}

WARPEVM_INLINE void wide_store(__global ulong* to, wide a) {
    to[0] = wide_word(&a, 0);
    to[1] = wide_word(&a, 1);
    to[2] = wide_word(&a, 2);
    to[3] = wide_word(&a, 3);
}

// product[0 .. na + nb) = a[0 .. na) * b[0 .. nb) + addend[0 .. na). The sizes are constants wherever this is
// called. The product must not overlap the factors.
WARPEVM_INLINE void limbs_mul_add(limb* product, const limb* a, uint na, const limb* b, uint nb,
                                  const limb* addend) {
    WARPEVM_UNROLL
    for (uint i = 0; i < na; ++i) product[i] = addend[i];
    WARPEVM_UNROLL
    for (uint j = 0; j < nb; ++j) {
        limb carry = 0;
        WARPEVM_UNROLL
        for (uint i = 0; i < na; ++i)
            product[i + j] = limb_mul_add(a[i], b[j], product[i + j], carry, &carry);
        product[na + j] = carry;
    }
}

// product[0 .. 2 * LIMBS) = a * b.
WARPEVM_INLINE void wide_mul(limb* product, const wide* a, const wide* b) {
    WARPEVM_UNROLL
    for (uint i = 0; i < LIMBS; ++i) product[i] = 0;
    WARPEVM_UNROLL
    for (uint j = 0; j < LIMBS; ++j) wide_mul_add_row(product + j, a->v, b->v[j]);
}

// product[0 .. 2 * LIMBS) = a * a: the products of different limbs once, doubled, and then the squares.
WARPEVM_INLINE void wide_square(limb* product, const wide* a) {
    product[0] = 0;
    WARPEVM_UNROLL
    for (uint i = 0; i < LIMBS; ++i) product[i + LIMBS] = product[i] = 0;
    WARPEVM_UNROLL
    for (uint j = 0; j + 1 < LIMBS; ++j) {
        limb carry = 0;
        WARPEVM_UNROLL
        for (uint i = j + 1; i < LIMBS; ++i)
            product[i + j] = limb_mul_add(a->v[i], a->v[j], product[i + j], carry, &carry);
        product[LIMBS + j] = carry;
    }
    WARPEVM_UNROLL
    for (uint i = 2 * LIMBS - 1; i > 0; --i)
        product[i] = product[i] << 1 | product[i - 1] >> (WARPEVM_LIMB_BITS - 1);
    limb carry = 0;
    WARPEVM_UNROLL
    for (uint i = 0; i < LIMBS; ++i) {
        limb high;
        const limb low = limb_mul_add(a->v[i], a->v[i], product[2 * i], carry, &high);
        product[2 * i] = low;
        carry = 0;
        product[2 * i + 1] = limb_add(product[2 * i + 1], high, &carry);
    }
}

#endif
