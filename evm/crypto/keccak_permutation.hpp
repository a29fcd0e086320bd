// SPDX-License-Identifier: Apache-2.0
// Keccak-f[1600] as a template over the lane type: a 64-bit word for one state, a vector of them for as many
// states side by side. Internal to the Keccak sources; the caller's target attribute decides the
// instructions.
#pragma once

#include <cstddef>
#include <cstdint>

namespace warpevm::keccak {

inline constexpr size_t state_lanes = 25;
/// Bytes that a block of Keccak-256 absorbs, and the state's words that they reach.
inline constexpr size_t rate = 136;
inline constexpr size_t rate_lanes = rate / 8;

inline constexpr uint64_t round_constants[24] = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b,
    0x0000000080000001, 0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088,
    0x0000000080008009, 0x000000008000000a, 0x000000008000808b, 0x800000000000008b, 0x8000000000008089,
    0x8000000000008003, 0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008};

/// Lane (x, y) is word x + 5 * y; rho's distances in that order.
inline constexpr int rotations[state_lanes] = {0,  1,  62, 28, 27, 36, 44, 6,  55, 20, 3,  10, 43,
                                               25, 39, 41, 45, 15, 21, 8,  18, 2,  61, 56, 14};

template <int N, class Lane>
[[gnu::always_inline]] inline Lane rotate(const Lane& a) {
    if constexpr (N == 0) return a;
    return a << N | a >> ((64 - N) % 64);
}

template <class Lane>
inline constexpr bool is_word = sizeof(Lane) == sizeof(uint64_t);

/// a ^ b ^ c, which AVX-512 does in one instruction; GCC 12 does not find all of them by itself.
template <class Lane>
[[gnu::always_inline]] inline Lane xor3(const Lane& a, const Lane& b, const Lane& c) {
#if defined(__x86_64__) && !defined(__clang__)
    if constexpr (sizeof(Lane) == 64) {
        Lane r = a;
        asm("vpternlogq $0x96, %2, %1, %0" : "+v"(r) : "v"(b), "v"(c));
        return r;
    }
#endif
    return a ^ b ^ c;
}

/// Keeps the compiler from mixing rows of a scalar state, which has more words than there are registers:
/// with the words in memory a row needs fifteen registers, and nothing is spilled.
template <class Lane>
[[gnu::always_inline]] inline void end_row() {
    if constexpr (is_word<Lane>) asm volatile("" ::: "memory");
}

/// Row Y of one round: theta's last step, rho and pi fetch its five lanes, chi mixes them. Pi moves lane
/// (x, y) to (y, 2x + 3y), so lane (X, Y) comes from ((X + 3Y) mod 5, X).
template <int Y, class Lane, class Theta>
[[gnu::always_inline]] inline void row(const Lane* a, Lane* e, const Theta& theta, uint64_t constant) {
    constexpr int x0 = 3 * Y % 5;
    constexpr int x1 = (1 + 3 * Y) % 5;
    constexpr int x2 = (2 + 3 * Y) % 5;
    constexpr int x3 = (3 + 3 * Y) % 5;
    constexpr int x4 = (4 + 3 * Y) % 5;
    const Lane b0 = rotate<rotations[x0]>(theta(a[x0], x0));
    const Lane b1 = rotate<rotations[x1 + 5]>(theta(a[x1 + 5], x1));
    const Lane b2 = rotate<rotations[x2 + 10]>(theta(a[x2 + 10], x2));
    const Lane b3 = rotate<rotations[x3 + 15]>(theta(a[x3 + 15], x3));
    const Lane b4 = rotate<rotations[x4 + 20]>(theta(a[x4 + 20], x4));
    e[5 * Y + 0] = b0 ^ (~b1 & b2) ^ constant;
    e[5 * Y + 1] = b1 ^ (~b2 & b3);
    e[5 * Y + 2] = b2 ^ (~b3 & b4);
    e[5 * Y + 3] = b3 ^ (~b4 & b0);
    e[5 * Y + 4] = b4 ^ (~b0 & b1);
    end_row<Lane>();
}

/// One round from a to e.
template <class Lane>
[[gnu::always_inline]] inline void round(const Lane* a, Lane* e, uint64_t constant) {
    Lane c[5];
    Lane d[5];
    for (int x = 0; x < 5; ++x) c[x] = xor3(xor3(a[x], a[x + 5], a[x + 10]), a[x + 15], a[x + 20]);
    for (int x = 0; x < 5; ++x) d[x] = rotate<1>(c[(x + 1) % 5]);
    if constexpr (sizeof(Lane) < 64)
        for (int x = 0; x < 5; ++x) d[x] ^= c[(x + 4) % 5];
    const auto theta = [&](const Lane& lane, int x) __attribute__((always_inline))->Lane {
        if constexpr (sizeof(Lane) < 64) return lane ^ d[x];
        return xor3(lane, d[x], c[(x + 4) % 5]);
    };
    end_row<Lane>();
    row<0>(a, e, theta, constant);
    row<1>(a, e, theta, 0);
    row<2>(a, e, theta, 0);
    row<3>(a, e, theta, 0);
    row<4>(a, e, theta, 0);
}

/// All 24 rounds, two at a time so that no lane is copied between them.
template <class Lane>
[[gnu::always_inline]] inline void permute(Lane* a) {
    Lane e[state_lanes];
    for (int i = 0; i < 24; i += 2) {
        round(a, e, round_constants[i]);
        round(e, a, round_constants[i + 1]);
    }
}

}  // namespace warpevm::keccak
