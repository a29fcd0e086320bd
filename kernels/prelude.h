// SPDX-License-Identifier: Apache-2.0
// What every kernel file starts from: one spelling for what OpenCL C and the native C++ build say
// differently, and the primitives of multi-word arithmetic with the fast spellings that a device may have.
//
// Build options:
//   WARPEVM_LIMB_BITS  32 or 64: the width of a limb (prelude's choice: 64 where __int128 is, else 32)
//   WARPEVM_PTX        1: NVIDIA's inline assembly for carry chains of 32-bit limbs
//   WARPEVM_INLINE     how small functions are declared, for tools that can't inline
//   WARPEVM_PORTABLE   1: no spelling but the portable one, against which the others are tested
#ifndef WARPEVM_KERNELS_PRELUDE_H
#define WARPEVM_KERNELS_PRELUDE_H

#ifndef WARPEVM_INLINE
#define WARPEVM_INLINE static inline __attribute__((always_inline))
#endif
#define WARPEVM_CALL static __attribute__((noinline))

#ifndef WARPEVM_PORTABLE
#define WARPEVM_PORTABLE 0
#endif
#ifndef WARPEVM_PTX
#define WARPEVM_PTX 0
#endif
#if defined(__SIZEOF_INT128__) && !WARPEVM_PORTABLE
#define WARPEVM_INT128 1
#else
#define WARPEVM_INT128 0
#endif
#ifndef WARPEVM_LIMB_BITS
#if WARPEVM_INT128
#define WARPEVM_LIMB_BITS 64
#else
#define WARPEVM_LIMB_BITS 32
#endif
#endif

// Vectors: OpenCL C converts by as_ulong8 and (ulong8)(x), C++ by casts.
#ifdef __cplusplus
#define WARPEVM_SPLAT8(x) (ulong8{} + (x))
#define WARPEVM_VECTOR8(a, b, c, d, e, f, g, h) (ulong8{a, b, c, d, e, f, g, h})
#define WARPEVM_MASK8(comparison) ((ulong8)(comparison))
#define WARPEVM_UNROLL _Pragma("GCC unroll 32")
#else
#define WARPEVM_SPLAT8(x) ((ulong8)(x))
#define WARPEVM_VECTOR8(a, b, c, d, e, f, g, h) ((ulong8)(a, b, c, d, e, f, g, h))
#define WARPEVM_MASK8(comparison) as_ulong8(comparison)
#define WARPEVM_UNROLL _Pragma("unroll")
#endif

// 1 to 63.
#define WARPEVM_ROTATE_LEFT(x, n) ((x) << (n) | (x) >> (64 - (n)))

// The low 64 bits of a * b + c + d, which never exceeds 128; the high ones go to *high.
WARPEVM_INLINE ulong mul_add64(ulong a, ulong b, ulong c, ulong d, ulong* high) {
#if WARPEVM_INT128
    const unsigned __int128 t = (unsigned __int128)a * b + c + d;
    *high = (ulong)(t >> 64);
    return (ulong)t;
#else
    ulong low = a * b;
    ulong top = mul_hi(a, b);
    low += c;
    top += low < c;
    low += d;
    top += low < d;
    *high = top;
    return low;
#endif
}

// The bytes of a word in the other order.
WARPEVM_INLINE ulong byte_swap(ulong x) {
    x = (x & 0x00ff00ff00ff00ffUL) << 8 | (x >> 8 & 0x00ff00ff00ff00ffUL);
    x = (x & 0x0000ffff0000ffffUL) << 16 | (x >> 16 & 0x0000ffff0000ffffUL);
    return x << 32 | x >> 32;
}

#endif
