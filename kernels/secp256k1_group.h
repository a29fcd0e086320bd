// SPDX-License-Identifier: Apache-2.0
// Points of secp256k1, y^2 = x^3 + 7, and the additions that a double multiplication needs.
#ifndef WARPEVM_KERNELS_SECP256K1_GROUP_H
#define WARPEVM_KERNELS_SECP256K1_GROUP_H

#include "kernels/secp256k1_field.h"

// Never the point at infinity.
typedef struct {
    field x, y;
} affine;

// (x / z^2, y / z^3); x, y and z mean nothing where `infinity` is 1.
typedef struct {
    field x, y, z;
    uint infinity;
} jacobian;

// A cube root of 1: (beta * x, y) is lambda * (x, y).
#define GROUP_BETA \
    wide_from_words(0xc1396c28719501eeUL, 0x9cf0497512f58995UL, 0x6e64479eac3434e9UL, 0x7ae96a2b657c0710UL)
#define GROUP_GENERATOR_X \
    wide_from_words(0x59f2815b16f81798UL, 0x029bfcdb2dce28d9UL, 0x55a06295ce870b07UL, 0x79be667ef9dcbbacUL)
#define GROUP_GENERATOR_Y \
    wide_from_words(0x9c47d08ffb10d4b8UL, 0xfd17b448a6855419UL, 0x5da4fbfc0e1108a8UL, 0x483ada7726a3c465UL)

WARPEVM_INLINE affine group_generator(void) {
    affine g;
    g.x = GROUP_GENERATOR_X;
    g.y = GROUP_GENERATOR_Y;
    return g;
}

WARPEVM_INLINE jacobian jacobian_from(affine p) {
    jacobian r;
    r.x = p.x;
    r.y = p.y;
    r.z = wide_small(1);
    r.infinity = 0;
    return r;
}

WARPEVM_INLINE jacobian jacobian_infinity(void) {
    jacobian r;
    r.x = r.y = r.z = wide_zero();
    r.infinity = 1;
    return r;
}

// x^3 + 7
WARPEVM_INLINE field group_right_side(field x) {
    return field_add(field_mul_once(field_mul_once(x, x), x), wide_small(7));
}

// *p = 2 * *p. With M = 3 x^2 / 2, S = y^2 and T = x S: x' = M^2 - 2 T, y' = M (T - x') - S^2, z' = y z. No
// point has order 2, so a finite point's double is finite.
WARPEVM_CALL void jacobian_double(jacobian* p) {
    const field squared = field_square(p->x);
    const field m = field_half(field_add(field_double(squared), squared));
    const field s = field_square(p->y);
    const field t = field_mul(p->x, s);
    p->z = field_mul(p->y, p->z);
    p->x = field_sub(field_square(m), field_double(t));
    p->y = field_sub(field_mul(m, field_sub(t, p->x)), field_square(s));
}

// *p += (x, y) for finite points with H = x z^2 - p.x; `z` is p's own z, in the coordinates in which (x, y)
// is affine. Returns H, the ratio of the new z to the old one, and where H is 0, as for equal and opposite
// points, changes nothing but *same_y, which then tells equal points from opposite ones.
WARPEVM_CALL field jacobian_add_finite(jacobian* p, field x, field y, field z, uint* same_y) {
    const field zz = field_square(z);
    const field h = field_sub(field_mul(x, zz), p->x);
    const field r = field_sub(field_mul(y, field_mul(zz, z)), p->y);
    if (field_is_zero(h)) {
        *same_y = field_is_zero(r);
        return wide_zero();
    }
    const field hh = field_square(h);
    const field hhh = field_mul(h, hh);
    const field v = field_mul(p->x, hh);
    p->z = field_mul(p->z, h);
    p->x = field_sub(field_sub(field_square(r), hhh), field_double(v));
    p->y = field_sub(field_mul(r, field_sub(v, p->x)), field_mul(p->y, hhh));
    return h;
}

// *p += (x, y), whatever the two are. (x, y) is affine in coordinates where p's z is `scale` times what it is
// in p's own; without `scaled`, in p's own.
WARPEVM_CALL void jacobian_add(jacobian* p, field x, field y, uint scaled, field scale) {
    if (p->infinity) {
        if (scaled) {
            const field squared = field_mul_once(scale, scale);
            x = field_mul_once(x, squared);
            y = field_mul_once(y, field_mul_once(squared, scale));
        }
        affine start;
        start.x = x;
        start.y = y;
        *p = jacobian_from(start);
        return;
    }
    uint same_y = 2;
    jacobian_add_finite(p, x, y, scaled ? field_mul_once(p->z, scale) : p->z, &same_y);
    if (same_y == 1) jacobian_double(p);
    if (same_y == 0) p->infinity = 1;
}

// The affine point, for a finite one whose 1 / z is known.
WARPEVM_INLINE affine jacobian_to_affine(field x, field y, field inverse_z) {
    const field squared = field_mul_once(inverse_z, inverse_z);
    affine r;
    r.x = field_normalize(field_mul_once(x, squared));
    r.y = field_normalize(field_mul_once(y, field_mul_once(squared, inverse_z)));
    return r;
}

#endif
