// SPDX-License-Identifier: Apache-2.0
// u1 * G + u2 * P. u2 is split by the endomorphism and u1 in the middle, so that four scalars of 128 bits
// share one run of doublings: two over a table of P that is made for the occasion, two over tables of G and
// 2^128 * G that are made once per device.
//
// Build option WARPEVM_FIXED_WINDOWS: 0 takes sliding windows (wNAF) over odd multiples, which needs the
// fewest additions on a processor; 1 takes windows at fixed places (Booth), so that the work-items of a GPU
// all add at the same places.
#ifndef WARPEVM_KERNELS_SECP256K1_MULTIPLY_H
#define WARPEVM_KERNELS_SECP256K1_MULTIPLY_H

#include "kernels/secp256k1_group.h"
#include "kernels/secp256k1_scalar.h"
#include "kernels/shared.h"

#ifndef WARPEVM_FIXED_WINDOWS
#if WARPEVM_INT128
#define WARPEVM_FIXED_WINDOWS 0
#else
#define WARPEVM_FIXED_WINDOWS 1
#endif
#endif

// A digit d stands for the multiple |d| of its point, which is in the table at TABLE_PLACE(|d|): all
// multiples up to 2^(window - 1), or only the odd ones.
#if WARPEVM_FIXED_WINDOWS
#define POINT_WINDOW 5
#define POINT_TABLE 16
#define GENERATOR_WINDOW 13
#define TABLE_PLACE(multiple) ((multiple)-1)
#define TABLE_STEP 1
#else
#define POINT_WINDOW 5
#define POINT_TABLE 8
#define GENERATOR_WINDOW 14
#define TABLE_PLACE(multiple) ((multiple) >> 1)
#define TABLE_STEP 2
#endif
// Places of the digits of a number below 2^128: sum of digits[i] * 2^i.
#define DIGITS 130

// Bits [from, from + count) of a number, for count below 16.
WARPEVM_INLINE uint scalar_bits(const wide* a, uint from, uint count) {
    const uint index = from / WARPEVM_LIMB_BITS;
    const uint shift = from % WARPEVM_LIMB_BITS;
    limb bits = a->v[index] >> shift;
    if (shift + count > WARPEVM_LIMB_BITS && index + 1 < LIMBS)
        bits |= a->v[index + 1] << (WARPEVM_LIMB_BITS - shift);
    return (uint)bits & ((1u << count) - 1);
}

// The digits of a number below 2^128, all of them negated if `negative`.
WARPEVM_CALL void scalar_digits(short* digits, const wide* size, uint negative, uint window) {
    for (uint i = 0; i < DIGITS; ++i) digits[i] = 0;
#if WARPEVM_FIXED_WINDOWS
    // Booth: a window's top bit counts as -1 there and as 1 in the window above.
    for (uint place = 0; place < DIGITS - 1; place += window) {
        const uint bits = scalar_bits(size, place, window);
        const uint below = place == 0 ? 0 : scalar_bits(size, place - 1, 1);
        const int digit = (int)(bits + below) - (int)(bits >> (window - 1) << window);
        digits[place] = (short)(negative ? -digit : digit);
    }
#else
    uint carry = 0;
    for (uint place = 0; place < DIGITS - 1;) {
        if (scalar_bits(size, place, 1) == carry) {
            ++place;
            continue;
        }
        const uint bits = scalar_bits(size, place, window) + carry;
        carry = bits >> (window - 1);
        const int digit = (int)bits - (int)(carry << window);
        digits[place] = (short)(negative ? -digit : digit);
        place += window;
    }
#endif
}

// The multiples of a point, all affine in the coordinates in which the point's own z is 1 / *scale.
typedef struct {
    affine multiple[POINT_TABLE];
    field beta_x[POINT_TABLE];  // of lambda times the multiple
} point_table;

// Additions of one fixed affine point keep all but their z: walking back over the ratios of each z to the one
// before brings all entries to the last one's z without an inversion.
WARPEVM_CALL field point_table_fill(point_table* table, const affine* p) {
    field ratio[POINT_TABLE];
    jacobian sum = jacobian_from(*p);
    jacobian_double(&sum);
    uint same_y;
#if WARPEVM_FIXED_WINDOWS
    const affine step = *p;
    table->multiple[0] = *p;
    table->multiple[1].x = sum.x;
    table->multiple[1].y = sum.y;
    ratio[1] = sum.z;
    const field step_z = wide_small(1);
    const uint first = 2;
#else
    // The step is 2 * p, taken as affine; that makes its z the unit of all others.
    affine step;
    step.x = sum.x;
    step.y = sum.y;
    const field step_z = sum.z;
    const field step_zz = field_mul_once(step_z, step_z);
    table->multiple[0].x = field_mul_once(p->x, step_zz);
    table->multiple[0].y = field_mul_once(p->y, field_mul_once(step_zz, step_z));
    sum = jacobian_from(table->multiple[0]);
    const uint first = 1;
#endif
    for (uint i = first; i < POINT_TABLE; ++i) {
        // The group's order is prime, so that no multiple here equals the step or its opposite.
        ratio[i] = jacobian_add_finite(&sum, step.x, step.y, sum.z, &same_y);
        table->multiple[i].x = sum.x;
        table->multiple[i].y = sum.y;
    }
    const field beta = GROUP_BETA;
    table->beta_x[POINT_TABLE - 1] = field_mul_once(sum.x, beta);
    field z = ratio[POINT_TABLE - 1];
    for (uint i = POINT_TABLE - 1; i-- > 0;) {
        const field squared = field_mul_once(z, z);
        table->multiple[i].x = field_mul_once(table->multiple[i].x, squared);
        table->multiple[i].y = field_mul_once(table->multiple[i].y, field_mul_once(squared, z));
        table->beta_x[i] = field_mul_once(table->multiple[i].x, beta);
        if (i > 0) z = field_mul_once(z, ratio[i]);
    }
    return field_mul_once(sum.z, step_z);
}

WARPEVM_INLINE uint digit_size(short digit) {
    return (uint)(digit < 0 ? -digit : digit);
}

WARPEVM_INLINE void add_point_digit(jacobian* sum, const point_table* table, uint by_lambda, short digit) {
    if (digit == 0) return;
    const uint place = TABLE_PLACE(digit_size(digit));
    const field y = table->multiple[place].y;
    jacobian_add(sum, by_lambda ? table->beta_x[place] : table->multiple[place].x,
                 digit < 0 ? field_negate(y) : y, 0, y);
}

WARPEVM_INLINE void add_generator_digit(jacobian* sum, __global const ulong* table, short digit,
                                        field scale) {
    if (digit == 0) return;
    __global const ulong* point = table + GENERATOR_POINT_WORDS * TABLE_PLACE(digit_size(digit));
    const field y = wide_load(point + 4);
    jacobian_add(sum, wide_load(point), digit < 0 ? field_negate(y) : y, 1, scale);
}

// u1 * G + u2 * p. `generator` holds GENERATOR_TABLE multiples of G and then of 2^128 * G.
WARPEVM_INLINE jacobian group_multiply_two(__global const ulong* generator, scalar u1, const affine* p,
                                           scalar u2) {
    point_table table;
    const field scale = point_table_fill(&table, p);

    half_scalar k1;
    half_scalar k2;
    scalar_split(u2, &k1, &k2);
    wide low = wide_zero();
    wide high = wide_zero();
    for (uint i = 0; i < HALF_LIMBS; ++i) {
        low.v[i] = u1.v[i];
        high.v[i] = u1.v[i + HALF_LIMBS];
    }
    short point_digits[DIGITS];
    short lambda_digits[DIGITS];
    short low_digits[DIGITS];
    short high_digits[DIGITS];
    scalar_digits(point_digits, &k1.size, k1.negative, POINT_WINDOW);
    scalar_digits(lambda_digits, &k2.size, k2.negative, POINT_WINDOW);
    scalar_digits(low_digits, &low, 0, GENERATOR_WINDOW);
    scalar_digits(high_digits, &high, 0, GENERATOR_WINDOW);

    __global const ulong* generator_high = generator + GENERATOR_TABLE * GENERATOR_POINT_WORDS;
    jacobian sum = jacobian_infinity();
    for (uint place = DIGITS; place-- > 0;) {
        if (!sum.infinity) jacobian_double(&sum);
        add_point_digit(&sum, &table, 0, point_digits[place]);
        add_point_digit(&sum, &table, 1, lambda_digits[place]);
        add_generator_digit(&sum, generator, low_digits[place], scale);
        add_generator_digit(&sum, generator_high, high_digits[place], scale);
    }
    sum.z = field_mul_once(sum.z, scale);
    return sum;
}

#endif
