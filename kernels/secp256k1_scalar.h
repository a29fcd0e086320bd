// SPDX-License-Identifier: Apache-2.0
// Scalars of secp256k1: integers below the group's order n, and their split by the curve's endomorphism.
#ifndef WARPEVM_KERNELS_SECP256K1_SCALAR_H
#define WARPEVM_KERNELS_SECP256K1_SCALAR_H

#include "kernels/wide.h"

typedef wide scalar;

#define SCALAR_ORDER \
    wide_from_words(0xbfd25e8cd0364141UL, 0xbaaedce6af48a03bUL, 0xfffffffffffffffeUL, 0xffffffffffffffffUL)
// n / 2, rounded down.
#define SCALAR_HALF_ORDER \
    wide_from_words(0xdfe92f46681b20a0UL, 0x5d576e7357a4501dUL, 0xffffffffffffffffUL, 0x7fffffffffffffffUL)
// 2^256 - n has 129 bits: these, and one limb that is 1.
#define SCALAR_FOLD_LOW 0x402da1732fc9bebfUL
#define SCALAR_FOLD_MIDDLE 0x4551231950b75fc4UL
#define SCALAR_FOLD_LIMBS (HALF_LIMBS + 1)

WARPEVM_INLINE uint scalar_in_range(wide a) {
    return !wide_is_zero(a) && wide_less(a, SCALAR_ORDER);
}

// a modulo n, for any a: 2^256 is less than 2 * n.
WARPEVM_INLINE scalar scalar_normalize(wide a) {
    const wide order = SCALAR_ORDER;
    wide r;
    const limb below = wide_sub(&r, &a, &order);
    return wide_select(below, a, r);
}

WARPEVM_INLINE scalar scalar_negate(scalar a) {
    const wide order = SCALAR_ORDER;
    wide r;
    wide_sub(&r, &order, &a);
    return wide_select((limb)wide_is_zero(a), a, r);
}

// What is above 2^256 comes back times 2^256 - n, until it fits.
WARPEVM_CALL scalar scalar_mul(scalar a, scalar b) {
    const limb fold[SCALAR_FOLD_LIMBS] = {WIDE_LIMBS(SCALAR_FOLD_LOW), WIDE_LIMBS(SCALAR_FOLD_MIDDLE), 1};
    limb product[2 * LIMBS];
    wide_mul(product, &a, &b);

    // 512 bits to 386.
    limb once[LIMBS + SCALAR_FOLD_LIMBS];
    limbs_mul_add(once, product + LIMBS, LIMBS, fold, SCALAR_FOLD_LIMBS, product);
    // To 260: 130 bits times 129 fill less than the limbs of both.
    limb twice[2 * SCALAR_FOLD_LIMBS];
    limbs_mul_add(twice, once + LIMBS, SCALAR_FOLD_LIMBS, fold, SCALAR_FOLD_LIMBS, once);
    wide r;
    limb carry = 0;
    WARPEVM_UNROLL
    for (uint i = 0; i < LIMBS; ++i) r.v[i] = limb_add(twice[i], i < SCALAR_FOLD_LIMBS ? 0 : once[i], &carry);
    // At most a few units of 2^256 are left.
    limb rest = twice[LIMBS] + carry;
    while (rest != 0) {
        limb high = 0;
        WARPEVM_UNROLL
        for (uint i = 0; i < SCALAR_FOLD_LIMBS; ++i)
            r.v[i] = limb_mul_add(fold[i], rest, r.v[i], high, &high);
        carry = 0;
        r.v[SCALAR_FOLD_LIMBS] = limb_add(r.v[SCALAR_FOLD_LIMBS], high, &carry);
        WARPEVM_UNROLL
        for (uint i = SCALAR_FOLD_LIMBS + 1; i < LIMBS; ++i) r.v[i] = limb_add(r.v[i], 0, &carry);
        rest = carry;
    }
    return scalar_normalize(r);
}

// a^(n - 2): the inverse, and 0 for 0. Slow; batches share one.
WARPEVM_CALL scalar scalar_invert(scalar a) {
    const ulong exponent[4] = {0xbfd25e8cd036413fUL, 0xbaaedce6af48a03bUL, 0xfffffffffffffffeUL,
                               0xffffffffffffffffUL};
    scalar r = a;
    for (uint bit = 255; bit-- > 0;) {
        r = scalar_mul(r, r);
        if (exponent[bit / 64] >> (bit % 64) & 1) r = scalar_mul(r, a);
    }
    return r;
}

// A half of a split scalar: its size, below 2^128 with room for one bit more, and its sign.
typedef struct {
    wide size;
    uint negative;
} half_scalar;

// The limbs from bit 384 on of k * g, rounded: at most 128 bits.
WARPEVM_INLINE void scalar_mul_shift(limb* out, const scalar* k, ulong g0, ulong g1, ulong g2, ulong g3) {
    const wide g = wide_from_words(g0, g1, g2, g3);
    limb product[2 * LIMBS];
    wide_mul(product, k, &g);
    limb carry = product[LIMBS + HALF_LIMBS - 1] >> (WARPEVM_LIMB_BITS - 1);
    WARPEVM_UNROLL
    for (uint i = 0; i < HALF_LIMBS; ++i) out[i] = limb_add(product[LIMBS + HALF_LIMBS + i], 0, &carry);
}

WARPEVM_INLINE half_scalar half_scalar_from(wide two_complement) {
    half_scalar r;
    r.negative = (uint)(two_complement.v[LIMBS - 1] >> (WARPEVM_LIMB_BITS - 1));
    const wide zero = wide_zero();
    wide negated;
    wide_sub(&negated, &zero, &two_complement);
    r.size = wide_select(r.negative, negated, two_complement);
    return r;
}

// k = k1 + k2 * lambda modulo n, where lambda * (x, y) = (beta * x, y) for every point of the curve. The
// vectors (a1, b1) and (a2, b2), for which a + b * lambda is 0 modulo n, are the short ones that Euclid's
// algorithm leaves of (n, lambda); (k1, k2) is (k, 0) less the lattice point next to it, which is found with
// b2 / n and -b1 / n, rounded at 2^-384.
WARPEVM_CALL void scalar_split(scalar k, half_scalar* k1, half_scalar* k2) {
    const limb a1[HALF_LIMBS] = {WIDE_LIMBS(0xe86c90e49284eb15UL), WIDE_LIMBS(0x3086d221a7d46bcdUL)};
    const limb minus_b1[HALF_LIMBS] = {WIDE_LIMBS(0x6f547fa90abfe4c3UL), WIDE_LIMBS(0xe4437ed6010e8828UL)};
    const limb a2[HALF_LIMBS + 1] = {WIDE_LIMBS(0x57c1108d9d44cfd8UL), WIDE_LIMBS(0x14ca50f7a8e2f3f6UL), 1};
    limb c1[HALF_LIMBS];
    limb c2[HALF_LIMBS];
    scalar_mul_shift(c1, &k, 0xe893209a45dbb031UL, 0x3daa8a1471e8ca7fUL, 0xe86c90e49284eb15UL,
                     0x3086d221a7d46bcdUL);
    scalar_mul_shift(c2, &k, 0x1571b4ae8ac47f71UL, 0x221208ac9df506c6UL, 0x6f547fa90abfe4c4UL,
                     0xe4437ed6010e8828UL);

    // Both results fit 129 bits with their sign, so what is above 2^256 may be dropped on the way.
    limb product[LIMBS + 1];
    const wide zero = wide_zero();
    wide p1;
    wide p2;
    limbs_mul_add(p1.v, c1, HALF_LIMBS, a1, HALF_LIMBS, zero.v);
    limbs_mul_add(product, c2, HALF_LIMBS, a2, HALF_LIMBS + 1, zero.v);
    WARPEVM_UNROLL
    for (uint i = 0; i < LIMBS; ++i) p2.v[i] = product[i];
    wide r;
    wide_sub(&r, &k, &p1);
    wide_sub(&r, &r, &p2);
    *k1 = half_scalar_from(r);

    limbs_mul_add(p1.v, c1, HALF_LIMBS, minus_b1, HALF_LIMBS, zero.v);
    limbs_mul_add(p2.v, c2, HALF_LIMBS, a1, HALF_LIMBS, zero.v);  // b2 is a1
    wide_sub(&r, &p1, &p2);
    *k2 = half_scalar_from(r);
}

#endif
