// SPDX-License-Identifier: Apache-2.0
// From signatures to the addresses of their signers (Yellow Paper, appendix F), exactly as libsecp256k1
// recovers keys. Five launches over the same `count` items, with two batched inversions among them:
//
//   recover_prepare  -> points, scalars (r)     checks, and the square root
//   invert_scalars      scalars                  1 / r
//   recover_multiply -> points (X, Y), zs        s / r * R - z / r * G
//   invert_fields       zs                       1 / Z
//   recover_finish   -> addresses                Keccak-256 of the key
//
// Buffers per item: a signature, a status (uint), points 8 words, scalars, zs and scratch 4 words each, an
// address of five 32-bit words. An item whose status is not 0 at the start stays as it is, its address zero.
// Before the first use of a device generator_bases and generator_table make the table of the generator.
#include "kernels/keccak.h"
#include "kernels/secp256k1_multiply.h"

WARPEVM_INLINE uint check_signature(__global const signature* from, wide r, wide s) {
    if (from->recovery_id > 3) return STATUS_bad_recovery_id;
    if (!scalar_in_range(r)) return STATUS_r_out_of_range;
    if (!scalar_in_range(s)) return STATUS_s_out_of_range;
    if ((from->flags & SIGNATURE_LOW_S) != 0 && wide_less(SCALAR_HALF_ORDER, s)) return STATUS_s_too_high;
    return STATUS_ok;
}

// The point whose x the signature's r stands for and whose y is odd as the recovery id says.
WARPEVM_INLINE uint find_point(wide r, uint recovery_id, affine* point) {
    point->x = r;
    if (recovery_id & 2) {
        const wide order = SCALAR_ORDER;
        if (wide_add(&point->x, &r, &order) || field_is_modulus_or_above(point->x))
            return STATUS_no_such_point;
    }
    const field right = group_right_side(point->x);
    const field root = field_normalize(field_sqrt(right));
    if (!field_is_zero(field_sub(field_mul_once(root, root), right))) return STATUS_no_such_point;
    // No point has y = 0, so the other root differs in parity.
    point->y = ((uint)root.v[0] & 1) == (recovery_id & 1) ? root : field_normalize(field_negate(root));
    return STATUS_ok;
}

// One item per work-item. Items that are not to be recovered get a scalar of 1, which inverts harmlessly.
__kernel void recover_prepare(__global const signature* signatures, __global uint* statuses,
                              __global ulong* points, __global ulong* scalars, uint count) {
    const size_t i = get_global_id(0);
    if (i >= count) return;
    __global const signature* from = signatures + i;
    const wide r = wide_load(from->r);
    affine point = group_generator();
    uint status = statuses[i];
    if (status == STATUS_ok) status = check_signature(from, r, wide_load(from->s));
    if (status == STATUS_ok) status = find_point(r, from->recovery_id, &point);
    statuses[i] = status;
    wide_store(points + RECOVER_POINT_WORDS * i, point.x);
    wide_store(points + RECOVER_POINT_WORDS * i + 4, point.y);
    wide_store(scalars + RECOVER_NUMBER_WORDS * i, status == STATUS_ok ? r : wide_small(1));
}

// Montgomery's trick: one inversion and three multiplications per number. Work-item t of `stride` takes the
// numbers t, t + stride and so on; none of them may be 0. scratch is as large as values. Few work-items save
// inversions, many fill the device.
#define INVERT_NUMBERS(NUMBER, multiply, invert)                                      \
    const size_t first = get_global_id(0);                                            \
    if (first >= stride || first >= count) return;                                    \
    NUMBER product = wide_small(1);                                                   \
    size_t i = first;                                                                 \
    for (; i < count; i += stride) {                                                  \
        wide_store(scratch + RECOVER_NUMBER_WORDS * i, product);                      \
        product = multiply(product, wide_load(values + RECOVER_NUMBER_WORDS * i));    \
    }                                                                                 \
    NUMBER inverse = invert(product);                                                 \
    do {                                                                              \
        i -= stride;                                                                  \
        const NUMBER value = wide_load(values + RECOVER_NUMBER_WORDS * i);            \
        wide_store(values + RECOVER_NUMBER_WORDS * i,                                 \
                   multiply(inverse, wide_load(scratch + RECOVER_NUMBER_WORDS * i))); \
        inverse = multiply(inverse, value);                                           \
    } while (i != first)

__kernel void invert_scalars(__global ulong* values, __global ulong* scratch, uint stride, uint count) {
    INVERT_NUMBERS(scalar, scalar_mul, scalar_invert);
}

__kernel void invert_fields(__global ulong* values, __global ulong* scratch, uint stride, uint count) {
    INVERT_NUMBERS(field, field_mul_once, field_invert);
}

WARPEVM_INLINE wide digest_number(__global const signature* from) {
    return wide_from_words(byte_swap(from->digest[3]), byte_swap(from->digest[2]), byte_swap(from->digest[1]),
                           byte_swap(from->digest[0]));
}

// One item per work-item; all but a few percent of the time goes here. points hold R before and X and Y of
// the key after; inverses are those of r. generator is what generator_table made.
__kernel void recover_multiply(__global const signature* signatures, __global uint* statuses,
                               __global const ulong* generator, __global const ulong* inverses,
                               __global ulong* points, __global ulong* zs, uint count) {
    const size_t i = get_global_id(0);
    if (i >= count) return;
    field z = wide_small(1);
    if (statuses[i] == STATUS_ok) {
        __global const signature* from = signatures + i;
        const scalar inverse = wide_load(inverses + RECOVER_NUMBER_WORDS * i);
        const scalar u1 = scalar_negate(scalar_mul(scalar_normalize(digest_number(from)), inverse));
        const scalar u2 = scalar_mul(wide_load(from->s), inverse);
        affine point;
        point.x = wide_load(points + RECOVER_POINT_WORDS * i);
        point.y = wide_load(points + RECOVER_POINT_WORDS * i + 4);
        const jacobian key = group_multiply_two(generator, u1, &point, u2);
        if (key.infinity) {
            statuses[i] = STATUS_key_at_infinity;
        } else {
            z = key.z;
            wide_store(points + RECOVER_POINT_WORDS * i, key.x);
            wide_store(points + RECOVER_POINT_WORDS * i + 4, key.y);
        }
    }
    wide_store(zs + RECOVER_NUMBER_WORDS * i, z);
}

// One item per work-item. addresses are 20 bytes each, zero where no key was recovered.
__kernel void recover_finish(__global const uint* statuses, __global const ulong* points,
                             __global const ulong* inverses, __global uint* addresses, uint count) {
    const size_t i = get_global_id(0);
    if (i >= count) return;
    ulong a[KECCAK_STATE_WORDS] = {0};
    if (statuses[i] == STATUS_ok) {
        const affine key = jacobian_to_affine(wide_load(points + RECOVER_POINT_WORDS * i),
                                              wide_load(points + RECOVER_POINT_WORDS * i + 4),
                                              wide_load(inverses + RECOVER_NUMBER_WORDS * i));
        WARPEVM_UNROLL
        for (uint w = 0; w < 4; ++w) {
            a[w] = byte_swap(wide_word(&key.x, 3 - w));
            a[w + 4] = byte_swap(wide_word(&key.y, 3 - w));
        }
        a[8] = 1;
        a[KECCAK_RATE_WORDS - 1] = KECCAK_LAST_BIT;
        keccak_permute(a);
    }
    __global uint* to = addresses + RECOVER_ADDRESS_WORDS * i;
    to[0] = (uint)(a[1] >> 32);
    to[1] = (uint)a[2];
    to[2] = (uint)(a[2] >> 32);
    to[3] = (uint)a[3];
    to[4] = (uint)(a[3] >> 32);
}

// Work-item 0 writes G and 2^128 * G, eight words each.
__kernel void generator_bases(__global ulong* bases) {
    if (get_global_id(0) > 0) return;
    const affine g = group_generator();
    jacobian p = jacobian_from(g);
    for (uint i = 0; i < 128; ++i) jacobian_double(&p);
    const affine high = jacobian_to_affine(p.x, p.y, field_invert(p.z));
    wide_store(bases, g.x);
    wide_store(bases + 4, g.y);
    wide_store(bases + RECOVER_POINT_WORDS, high.x);
    wide_store(bases + RECOVER_POINT_WORDS + 4, high.y);
}

// The multiple `factor`, not 0, of an affine point.
WARPEVM_INLINE jacobian group_multiply_small(const affine* p, uint factor) {
    jacobian r = jacobian_infinity();
    for (uint bit = 32 - (uint)clz(factor); bit-- > 0;) {
        if (!r.infinity) jacobian_double(&r);
        if (factor >> bit & 1) jacobian_add(&r, p->x, p->y, 0, p->x);
    }
    return r;
}

// Work-item i of 2 * GENERATOR_TABLE writes point i of the table.
__kernel void generator_table(__global const ulong* bases, __global ulong* table) {
    const uint i = (uint)get_global_id(0);
    if (i >= 2 * GENERATOR_TABLE) return;
    __global const ulong* base = bases + RECOVER_POINT_WORDS * (i / GENERATOR_TABLE);
    affine p;
    p.x = wide_load(base);
    p.y = wide_load(base + 4);
    const jacobian multiple = group_multiply_small(&p, 1 + TABLE_STEP * (i % GENERATOR_TABLE));
    const affine point = jacobian_to_affine(multiple.x, multiple.y, field_invert(multiple.z));
    wide_store(table + GENERATOR_POINT_WORDS * (size_t)i, point.x);
    wide_store(table + GENERATOR_POINT_WORDS * (size_t)i + 4, point.y);
}
