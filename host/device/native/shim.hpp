// SPDX-License-Identifier: Apache-2.0
// As much of OpenCL C as the kernels use, in C++: a program includes this at file scope and then its .cl
// file inside a namespace of its own within warpevm::native.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "host/device/native/kernel_table.hpp"

// Vectors of 64 bytes pass between inlined functions only; what GCC says about their ABI does not apply.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wpsabi"
#endif

// A kernel that no table lists is an unused function, which the compiler reports.
#define __kernel static
#define __global
#define __private
#define __constant const

namespace warpevm::native {

using uchar = uint8_t;
using ushort = uint16_t;
using uint = uint32_t;
using ulong = uint64_t;
using ulong8 = uint64_t __attribute__((vector_size(64)));

inline size_t get_global_id(uint) {
    return current_item.global_id;
}
inline size_t get_global_size(uint) {
    return current_item.global_size;
}
inline size_t get_local_id(uint) {
    return current_item.local_id;
}
inline size_t get_local_size(uint) {
    return current_item.local_size;
}
inline size_t get_group_id(uint) {
    return current_item.group_id;
}

inline ulong mul_hi(ulong a, ulong b) {
    return static_cast<ulong>(static_cast<unsigned __int128>(a) * b >> 64);
}
inline uint mul_hi(uint a, uint b) {
    return static_cast<uint>(static_cast<ulong>(a) * b >> 32);
}
/// As OpenCL's, the distance counts modulo the width.
inline ulong rotate(ulong x, ulong n) {
    return x << (n & 63) | x >> (-n & 63);
}
inline uint rotate(uint x, uint n) {
    return x << (n & 31) | x >> (-n & 31);
}
[[gnu::always_inline]] inline ulong8 rotate(const ulong8& x, ulong n) {
    return x << (n & 63) | x >> (-n & 63);
}
inline uint clz(uint x) {
    return x == 0 ? 32U : static_cast<uint>(__builtin_clz(x));
}
inline ulong clz(ulong x) {
    return x == 0 ? 64U : static_cast<ulong>(__builtin_clzll(x));
}
inline ulong popcount(ulong x) {
    return static_cast<ulong>(__builtin_popcountll(x));
}
inline uint atomic_inc(uint* p) {
    return __atomic_fetch_add(p, 1U, __ATOMIC_RELAXED);
}
inline uint min(uint a, uint b) {
    return a < b ? a : b;
}
inline uint max(uint a, uint b) {
    return a < b ? b : a;
}
[[gnu::always_inline]] inline ulong8 vload8(size_t offset, const ulong* p) {
    ulong8 v;
    std::memcpy(&v, p + 8 * offset, sizeof v);
    return v;
}
[[gnu::always_inline]] inline void vstore8(const ulong8& v, size_t offset, ulong* p) {
    std::memcpy(p + 8 * offset, &v, sizeof v);
}

}  // namespace warpevm::native
