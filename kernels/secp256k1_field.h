// SPDX-License-Identifier: Apache-2.0
// The field of secp256k1: integers modulo p = 2^256 - 2^32 - 977. A field element is any number below 2^256,
// so p to 2^256 - 1 are second names of 0 to 2^32 + 976; only field_normalize gives the number below p.
#ifndef WARPEVM_KERNELS_SECP256K1_FIELD_H
#define WARPEVM_KERNELS_SECP256K1_FIELD_H

#include "kernels/wide.h"

typedef wide field;

// 2^256 mod p, and p itself.
#define FIELD_FOLD 0x1000003d1UL
__constant limb field_modulus[LIMBS] = {WIDE_LIMBS(0xfffffffefffffc2fUL), WIDE_LIMBS(0xffffffffffffffffUL),
                                        WIDE_LIMBS(0xffffffffffffffffUL), WIDE_LIMBS(0xffffffffffffffffUL)};

// *a += times * FIELD_FOLD, for times of 0 or 1; returns the carry out of 256 bits.
WARPEVM_INLINE limb field_add_fold(field* a, limb times) {
    const limb mask = (limb)0 - times;
    limb carry = 0;
#if WARPEVM_LIMB_BITS == 64
    a->v[0] = limb_add(a->v[0], mask & FIELD_FOLD, &carry);
    uint i = 1;
#else
    a->v[0] = limb_add(a->v[0], mask & (uint)FIELD_FOLD, &carry);
    a->v[1] = limb_add(a->v[1], times, &carry);
    uint i = 2;
#endif
    WARPEVM_UNROLL
    for (; i < LIMBS; ++i) a->v[i] = limb_add(a->v[i], 0, &carry);
    return carry;
}

WARPEVM_INLINE limb field_sub_fold(field* a, limb times) {
    const limb mask = (limb)0 - times;
    limb borrow = 0;
#if WARPEVM_LIMB_BITS == 64
    a->v[0] = limb_sub(a->v[0], mask & FIELD_FOLD, &borrow);
    uint i = 1;
#else
    a->v[0] = limb_sub(a->v[0], mask & (uint)FIELD_FOLD, &borrow);
    a->v[1] = limb_sub(a->v[1], times, &borrow);
    uint i = 2;
#endif
    WARPEVM_UNROLL
    for (; i < LIMBS; ++i) a->v[i] = limb_sub(a->v[i], 0, &borrow);
    return borrow;
}

// The second fold is needed only where a sum of two numbers above p lands above 2^256 again: for random
// numbers never, so it is a branch. It can't carry further, what is left being below FIELD_FOLD.
WARPEVM_INLINE field field_add(field a, field b) {
    field r;
    const limb carry = wide_add(&r, &a, &b);
    if (field_add_fold(&r, carry)) field_add_fold(&r, 1);
    return r;
}

WARPEVM_INLINE field field_sub(field a, field b) {
    field r;
    const limb borrow = wide_sub(&r, &a, &b);
    if (field_sub_fold(&r, borrow)) field_sub_fold(&r, 1);
    return r;
}

WARPEVM_INLINE field field_double(field a) {
    return field_add(a, a);
}

WARPEVM_INLINE field field_negate(field a) {
    return field_sub(wide_zero(), a);
}

// a / 2: a or a + p, whichever is even.
WARPEVM_INLINE field field_half(field a) {
    const limb mask = (limb)0 - (a.v[0] & 1);
    field sum;
    limb carry = 0;
    WARPEVM_UNROLL
    for (uint i = 0; i < LIMBS; ++i) sum.v[i] = limb_add(a.v[i], field_modulus[i] & mask, &carry);
    field r;
    WARPEVM_UNROLL
    for (uint i = 0; i < LIMBS - 1; ++i) r.v[i] = sum.v[i] >> 1 | sum.v[i + 1] << (WARPEVM_LIMB_BITS - 1);
    r.v[LIMBS - 1] = sum.v[LIMBS - 1] >> 1 | carry << (WARPEVM_LIMB_BITS - 1);
    return r;
}

// The number below p.
WARPEVM_INLINE field field_normalize(field a) {
    field folded = a;
    const limb above = field_add_fold(&folded, 1);
    return wide_select(above, folded, a);
}

WARPEVM_INLINE uint field_is_zero(field a) {
    return wide_is_zero(field_normalize(a));
}

// For numbers that must be field elements by their only name.
WARPEVM_INLINE uint field_is_modulus_or_above(wide a) {
    return field_add_fold(&a, 1) != 0;
}

// product[0 .. 2 * LIMBS) modulo p: what is above 2^256 comes back times FIELD_FOLD, twice.
WARPEVM_INLINE field field_reduce(const limb* product) {
    field r;
    limb carry = 0;
#if WARPEVM_LIMB_BITS == 64
    WARPEVM_UNROLL
    for (uint i = 0; i < LIMBS; ++i)
        r.v[i] = limb_mul_add(product[i + LIMBS], FIELD_FOLD, product[i], carry, &carry);
    // At most 34 bits came out, so this adds at most 67.
    limb high;
    r.v[0] = limb_mul_add(carry, FIELD_FOLD, r.v[0], 0, &high);
    carry = 0;
    r.v[1] = limb_add(r.v[1], high, &carry);
    uint next = 2;
#else
    // FIELD_FOLD is 977 and one limb up 1.
    WARPEVM_UNROLL
    for (uint i = 0; i < LIMBS; ++i)
        r.v[i] = limb_mul_add(product[i + LIMBS], (uint)FIELD_FOLD, product[i], carry, &carry);
    limb shifted = 0;
    WARPEVM_UNROLL
    for (uint i = 1; i < LIMBS; ++i) r.v[i] = limb_add(r.v[i], product[i + LIMBS - 1], &shifted);
    // What came out, at most 34 bits, goes in once more in the same way.
    const ulong out = (ulong)carry + product[2 * LIMBS - 1] + shifted;
    const ulong low = out * (uint)FIELD_FOLD;
    carry = 0;
    r.v[0] = limb_add(r.v[0], (uint)low, &carry);
    const ulong middle = (low >> 32) + (uint)out;
    r.v[1] = limb_add(r.v[1], (uint)middle, &carry);
    r.v[2] = limb_add(r.v[2], (uint)((middle >> 32) + (out >> 32)), &carry);
    uint next = 3;
#endif
    WARPEVM_UNROLL
    for (; next < LIMBS; ++next) r.v[next] = limb_add(r.v[next], 0, &carry);
    // After a carry what is left is below 2^67; the last fold cannot carry again.
    if (carry) field_add_fold(&r, 1);
    return r;
}

WARPEVM_INLINE field field_mul(field a, field b) {
    limb product[2 * LIMBS];
    wide_mul(product, &a, &b);
    return field_reduce(product);
}

WARPEVM_INLINE field field_square(field a) {
    limb product[2 * LIMBS];
    wide_square(product, &a);
    return field_reduce(product);
}

// The same out of line, for code that runs once per item: each copy of a multiplication costs compile time.
WARPEVM_CALL field field_mul_once(field a, field b) {
    return field_mul(a, b);
}

// a^(2^times)
WARPEVM_CALL field field_square_times(field a, uint times) {
    for (uint i = 0; i < times; ++i) a = field_square(a);
    return a;
}

// The part that the exponents (p + 1) / 4 and p - 2 have in common: a^(2^2 - 1) to *x2, and the power whose
// exponent is 223 ones, a zero, 22 ones.
WARPEVM_CALL field field_power_common(field a, field* x2) {
    *x2 = field_mul_once(field_square_times(a, 1), a);
    const field x3 = field_mul_once(field_square_times(*x2, 1), a);
    const field x6 = field_mul_once(field_square_times(x3, 3), x3);
    const field x9 = field_mul_once(field_square_times(x6, 3), x3);
    const field x11 = field_mul_once(field_square_times(x9, 2), *x2);
    const field x22 = field_mul_once(field_square_times(x11, 11), x11);
    const field x44 = field_mul_once(field_square_times(x22, 22), x22);
    const field x88 = field_mul_once(field_square_times(x44, 44), x44);
    const field x176 = field_mul_once(field_square_times(x88, 88), x88);
    const field x220 = field_mul_once(field_square_times(x176, 44), x44);
    const field x223 = field_mul_once(field_square_times(x220, 3), x3);
    return field_mul_once(field_square_times(x223, 23), x22);
}

// a^((p + 1) / 4): a root of a where a has one. The caller squares it to see.
WARPEVM_CALL field field_sqrt(field a) {
    field x2;
    field r = field_power_common(a, &x2);
    r = field_mul_once(field_square_times(r, 6), x2);
    return field_square_times(r, 2);
}

// a^(p - 2): the inverse, and 0 for 0.
WARPEVM_CALL field field_invert(field a) {
    field x2;
    field r = field_power_common(a, &x2);
    r = field_mul_once(field_square_times(r, 5), a);
    r = field_mul_once(field_square_times(r, 3), x2);
    return field_mul_once(field_square_times(r, 2), a);
}

#endif
