// SPDX-License-Identifier: Apache-2.0
// Four-limb arithmetic modulo the BN254 field prime: addition, subtraction and Montgomery's sum of products,
// in a portable form that is also the constexpr one. bn254_limbs_x86.hpp holds the x86-64 form.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "evm/base/u256.hpp"

namespace warpevm::bn254 {

/// The seed x of the family of curves by Barreto and Naehrig; p, r and all loop lengths are polynomials in
/// it.
inline constexpr uint64_t seed = 4965661367192848881;
/// p = 36x^4 + 36x^3 + 24x^2 + 6x + 1: coordinates are integers modulo p (EIP-196).
inline constexpr U256 field_prime{0x3c208c16d87cfd47, 0x97816a916871ca8d, 0xb85045b68181585d,
                                  0x30644e72e131a029};
/// r = 36x^4 + 36x^3 + 18x^2 + 6x + 1: the prime order of G1 and G2.
inline constexpr U256 group_order{0x43e1f593f0000001, 0x2833e84879b97091, 0xb85045b68181585d,
                                  0x30644e72e131a029};

/// A 256-bit number, least significant limb first.
using Limbs = std::array<uint64_t, 4>;
using Wide = unsigned __int128;

inline constexpr Limbs prime_limbs{field_prime.limb[0], field_prime.limb[1], field_prime.limb[2],
                                   field_prime.limb[3]};

/// -1/odd modulo 2^64. An odd number is its own inverse modulo 8; each step of Newton's doubles the correct
/// bits.
constexpr uint64_t negated_inverse(uint64_t odd) {
    uint64_t inverse = odd;
    for (int i = 0; i < 5; ++i) inverse *= 2 - odd * inverse;
    return 0 - inverse;
}
inline constexpr uint64_t montgomery_factor = negated_inverse(prime_limbs[0]);

/// a - b modulo 2^256, and whether that wrapped.
struct Difference {
    Limbs limbs;
    uint64_t borrow;
};
constexpr Difference subtract(const Limbs& a, const Limbs& b) {
    Difference d{};
    for (size_t i = 0; i < 4; ++i) {
        const Wide x = Wide{a[i]} - b[i] - d.borrow;
        d.limbs[i] = static_cast<uint64_t>(x);
        d.borrow = static_cast<uint64_t>(x >> 64) & 1;
    }
    return d;
}
/// a + b modulo 2^256.
constexpr Limbs add_wrapping(const Limbs& a, const Limbs& b) {
    Limbs s{};
    Wide carry = 0;
    for (size_t i = 0; i < 4; ++i) {
        carry += Wide{a[i]} + b[i];
        s[i] = static_cast<uint64_t>(carry);
        carry >>= 64;
    }
    return s;
}

/// The running sum of a Montgomery product. Limb 5 is needed for more than four products only: p < 0.19 *
/// 2^256, so a row of four products and the reduction's multiple of p stay below 2^320.
struct Sum {
    uint64_t t0 = 0, t1 = 0, t2 = 0, t3 = 0, t4 = 0, t5 = 0;
    /// Divides by 2^64 once the lowest limb has been cleared.
    constexpr void shift() { t0 = t1, t1 = t2, t2 = t3, t3 = t4, t4 = t5, t5 = 0; }
};

/// The operations that have a processor's own form.
struct PortableOps {
    /// a where a < p, else a - p. A mask, as the outcome is as good as random to a branch predictor.
    static constexpr Limbs reduce_once(const Limbs& a) {
        const Difference d = subtract(a, prime_limbs);
        const uint64_t keep = 0 - d.borrow;
        Limbs r{};
        for (size_t i = 0; i < 4; ++i) r[i] = (a[i] & keep) | (d.limbs[i] & ~keep);
        return r;
    }
    static constexpr Limbs add(const Limbs& a, const Limbs& b) { return reduce_once(add_wrapping(a, b)); }
    /// a - b modulo 2^256.
    static constexpr Limbs sub_wrapping(const Limbs& a, const Limbs& b) { return subtract(a, b).limbs; }
    static constexpr Limbs sub(const Limbs& a, const Limbs& b) {
        const Difference d = subtract(a, b);
        const uint64_t mask = 0 - d.borrow;
        return add_wrapping(d.limbs, {prime_limbs[0] & mask, prime_limbs[1] & mask, prime_limbs[2] & mask,
                                      prime_limbs[3] & mask});
    }
    /// sum += a * b.
    template <bool SixLimbs>
    static constexpr void add_row(Sum& s, uint64_t a, const Limbs& b) {
        Wide c = Wide{a} * b[0] + s.t0;
        s.t0 = static_cast<uint64_t>(c);
        c = Wide{a} * b[1] + s.t1 + static_cast<uint64_t>(c >> 64);
        s.t1 = static_cast<uint64_t>(c);
        c = Wide{a} * b[2] + s.t2 + static_cast<uint64_t>(c >> 64);
        s.t2 = static_cast<uint64_t>(c);
        c = Wide{a} * b[3] + s.t3 + static_cast<uint64_t>(c >> 64);
        s.t3 = static_cast<uint64_t>(c);
        c = Wide{s.t4} + static_cast<uint64_t>(c >> 64);
        s.t4 = static_cast<uint64_t>(c);
        if constexpr (SixLimbs) s.t5 += static_cast<uint64_t>(c >> 64);
    }
};

/// N factors that a sum of products takes from each side.
template <size_t N>
using Factors = std::array<const Limbs*, N>;

template <class Ops, size_t... K>
[[gnu::always_inline]] constexpr void dot_row(Sum& s, size_t i, const Factors<sizeof...(K)>& a,
                                              const Factors<sizeof...(K)>& b, std::index_sequence<K...>) {
    constexpr bool six_limbs = sizeof...(K) > 4;
    (Ops::template add_row<six_limbs>(s, (*a[K])[i], *b[K]), ...);
    Ops::template add_row<six_limbs>(s, s.t0 * montgomery_factor, prime_limbs);
    s.shift();
}

/// (a0 * b0 + a1 * b1 + ...) / 2^256 modulo p, fully reduced, for N <= 6 pairs of factors not above p: one
/// reduction serves all the products (Longa, "Efficient Algorithms for Large Prime Characteristic Fields",
/// 2022). Before the last step the value is below N * p^2 / 2^256 + p < (0.19 * N + 1) * p, which is 2p up to
/// five products, else 3p.
template <class Ops, size_t N>
[[gnu::always_inline]] constexpr Limbs dot_with(const Factors<N>& a, const Factors<N>& b) {
    static_assert(N >= 1 && N <= 6);
    constexpr auto indices = std::make_index_sequence<N>{};
    Sum s;
    dot_row<Ops>(s, 0, a, b, indices);
    dot_row<Ops>(s, 1, a, b, indices);
    dot_row<Ops>(s, 2, a, b, indices);
    dot_row<Ops>(s, 3, a, b, indices);
    const Limbs r = Ops::reduce_once({s.t0, s.t1, s.t2, s.t3});
    if constexpr (N > 5) return Ops::reduce_once(r);
    return r;
}

}  // namespace warpevm::bn254
