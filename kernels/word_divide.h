// SPDX-License-Identifier: Apache-2.0
// Division of words and what is made of it: Knuth's algorithm D (TAOCP 4.3.1) over digits of 32 bits, whose
// quotients a 64-bit division estimates. Cold: each function is compiled once and called.
#ifndef WARPEVM_KERNELS_WORD_DIVIDE_H
#define WARPEVM_KERNELS_WORD_DIVIDE_H

#include "kernels/word.h"

#define WORD_DIGITS 8
// A product of two words.
#define PRODUCT_DIGITS 16

typedef struct {
    uint d[PRODUCT_DIGITS + 1];  // one more, for the shift that normalizes
} digits;

WARPEVM_INLINE void digits_of_word(digits* to, word a) {
    for (uint i = 0; i < 4; ++i) {
        to->d[2 * i] = (uint)a.v[i];
        to->d[2 * i + 1] = (uint)(a.v[i] >> 32);
    }
    for (uint i = WORD_DIGITS; i <= PRODUCT_DIGITS; ++i) to->d[i] = 0;
}

WARPEVM_INLINE word word_of_digits(const uint* d) {
    word r;
    for (uint i = 0; i < 4; ++i) r.v[i] = (ulong)d[2 * i] | (ulong)d[2 * i + 1] << 32;
    return r;
}

// Subtracts q * v from the n + 1 digits at u; returns whether that was too much.
WARPEVM_INLINE uint subtract_product(uint* u, const uint* v, uint n, ulong q) {
    ulong carry = 0;
    ulong borrow = 0;
    for (uint i = 0; i < n; ++i) {
        const ulong product = q * v[i] + carry;
        carry = product >> 32;
        const ulong t = (ulong)u[i] - (product & 0xffffffffUL) - borrow;
        u[i] = (uint)t;
        borrow = t >> 63;
    }
    const ulong t = (ulong)u[n] - carry - borrow;
    u[n] = (uint)t;
    return (uint)(t >> 63);
}

WARPEVM_INLINE void add_back(uint* u, const uint* v, uint n) {
    ulong carry = 0;
    for (uint i = 0; i < n; ++i) {
        carry += (ulong)u[i] + v[i];
        u[i] = (uint)carry;
        carry >>= 32;
    }
    u[n] += (uint)carry;
}

// A quotient's digit from the three highest digits of what is left and the two highest of the divisor: at
// most one too large.
WARPEVM_INLINE ulong estimate_digit(const uint* u, const uint* v, uint n) {
    const ulong high = (ulong)u[n] << 32 | u[n - 1];
    ulong q = high / v[n - 1];
    ulong rest = high % v[n - 1];
    while (q >> 32 != 0 || q * v[n - 2] > (rest << 32 | u[n - 2])) {
        --q;
        rest += v[n - 1];
        if (rest >> 32 != 0) break;
    }
    return q;
}

// Divides the `count` digits of *a, which become the remainder; *quotient gets its low 256 bits. `divisor` is
// not zero.
WARPEVM_CALL void divide_digits(digits* a, uint count, word divisor, word* quotient) {
    digits v;
    uint q[PRODUCT_DIGITS + 1];
    digits_of_word(&v, divisor);
    for (uint i = 0; i <= PRODUCT_DIGITS; ++i) q[i] = 0;
    uint n = WORD_DIGITS;
    while (v.d[n - 1] == 0) --n;
    while (count > 0 && a->d[count - 1] == 0) --count;
    if (n == 1) {
        ulong rest = 0;
        for (uint i = count; i-- > 0;) {
            const ulong part = rest << 32 | a->d[i];
            q[i] = (uint)(part / v.d[0]);
            rest = part % v.d[0];
            a->d[i] = 0;
        }
        a->d[0] = (uint)rest;
    } else if (count >= n) {
        const uint shift = (uint)clz(v.d[n - 1]);
        for (uint i = n - 1; i > 0; --i) v.d[i] = (uint)(((ulong)v.d[i] << 32 | v.d[i - 1]) << shift >> 32);
        v.d[0] <<= shift;
        a->d[count] = (uint)((ulong)a->d[count - 1] << shift >> 32);
        for (uint i = count - 1; i > 0; --i)
            a->d[i] = (uint)(((ulong)a->d[i] << 32 | a->d[i - 1]) << shift >> 32);
        a->d[0] <<= shift;
        for (uint j = count - n + 1; j-- > 0;) {
            ulong digit = estimate_digit(a->d + j, v.d, n);
            if (subtract_product(a->d + j, v.d, n, digit)) {
                --digit;
                add_back(a->d + j, v.d, n);
            }
            q[j] = (uint)digit;
        }
        for (uint i = 0; i < n; ++i) a->d[i] = (uint)(((ulong)a->d[i + 1] << 32 | a->d[i]) >> shift);
    }
    for (uint i = n; i <= PRODUCT_DIGITS; ++i) a->d[i] = 0;
    *quotient = word_of_digits(q);
}

// Both zero where the divisor is, as DIV and MOD define it.
WARPEVM_CALL word word_divide(word a, word b, word* remainder) {
    word quotient = word_zero();
    *remainder = word_zero();
    if (word_is_zero(b)) return quotient;
    digits left;
    digits_of_word(&left, a);
    divide_digits(&left, WORD_DIGITS, b, &quotient);
    *remainder = word_of_digits(left.d);
    return quotient;
}

WARPEVM_INLINE word word_absolute(word a) {
    return word_is_negative(a) ? word_negate(a) : a;
}

// Truncates toward zero; -2^255 / -1 is -2^255 (Yellow Paper H.2).
WARPEVM_INLINE word word_sdiv(word a, word b) {
    word remainder;
    const word quotient = word_divide(word_absolute(a), word_absolute(b), &remainder);
    return word_is_negative(a) != word_is_negative(b) ? word_negate(quotient) : quotient;
}
// The remainder takes the dividend's sign.
WARPEVM_INLINE word word_smod(word a, word b) {
    word remainder;
    word_divide(word_absolute(a), word_absolute(b), &remainder);
    return word_is_negative(a) ? word_negate(remainder) : remainder;
}

WARPEVM_CALL word word_addmod(word a, word b, word modulus) {
    if (word_is_zero(modulus)) return modulus;
    ulong carry;
    digits sum;
    word quotient;
    digits_of_word(&sum, word_add_carry(a, b, &carry));
    sum.d[WORD_DIGITS] = (uint)carry;
    divide_digits(&sum, WORD_DIGITS + 1, modulus, &quotient);
    return word_of_digits(sum.d);
}

WARPEVM_CALL word word_mulmod(word a, word b, word modulus) {
    if (word_is_zero(modulus)) return modulus;
    digits product;
    word quotient;
    ulong p[8] = {0};
    for (uint i = 0; i < 4; ++i) {
        ulong carry = 0;
        for (uint j = 0; j < 4; ++j) p[i + j] = mul_add64(a.v[j], b.v[i], p[i + j], carry, &carry);
        p[i + 4] = carry;
    }
    for (uint i = 0; i < 8; ++i) {
        product.d[2 * i] = (uint)p[i];
        product.d[2 * i + 1] = (uint)(p[i] >> 32);
    }
    product.d[PRODUCT_DIGITS] = 0;
    divide_digits(&product, PRODUCT_DIGITS, modulus, &quotient);
    return word_of_digits(product.d);
}

// base^exponent modulo 2^256, from the exponent's highest bit down.
WARPEVM_CALL word word_exp(word base, word exponent) {
    word r = word_of(1);
    for (uint i = word_bit_length(exponent); i-- > 0;) {
        r = word_mul(r, r);
        if (exponent.v[i / 64] >> (i % 64) & 1) r = word_mul(r, base);
    }
    return r;
}

#endif
