// SPDX-License-Identifier: Apache-2.0
// The extension fields of the BN254 pairing:
// Fp2 = Fp[u]/(u^2 + 1), Fp6 = Fp2[v]/(v^3 - (9 + u)), Fp12 = Fp6[w]/(w^2 - v).
#pragma once

#include "evm/crypto/bn254_field.hpp"

namespace warpevm::bn254 {

/// re + im * u.
struct Fp2 {
    Fp re, im;

    static constexpr Fp2 zero() { return {}; }
    static constexpr Fp2 one() { return {Fp::one(), {}}; }
    [[nodiscard]] constexpr bool is_zero() const { return re.is_zero() && im.is_zero(); }
    constexpr bool operator==(const Fp2&) const = default;
};

constexpr Fp2 operator+(const Fp2& a, const Fp2& b) {
    return {a.re + b.re, a.im + b.im};
}
constexpr Fp2 operator-(const Fp2& a, const Fp2& b) {
    return {a.re - b.re, a.im - b.im};
}
constexpr Fp2 operator-(const Fp2& a) {
    return {-a.re, -a.im};
}
constexpr Fp2 operator*(const Fp2& a, const Fp& b) {
    return {a.re * b, a.im * b};
}
constexpr Fp2 twice(const Fp2& a) {
    return {twice(a.re), twice(a.im)};
}
constexpr Fp2 thrice(const Fp2& a) {
    return {thrice(a.re), thrice(a.im)};
}
/// a^p.
constexpr Fp2 conjugate(const Fp2& a) {
    return {a.re, -a.im};
}
Fp2 inverse(const Fp2& a);

/// a[0] * b[0] + a[1] * b[1] + ..., with one Montgomery reduction for each coordinate of the result.
template <size_t N>
Fp2 dot(const std::array<const Fp2*, N>& a, const std::array<const Fp2*, N>& b) {
    std::array<Limbs, N> negated;
    Factors<2 * N> a_re, a_im, b_re, b_im;
    for (size_t i = 0; i < N; ++i) {
        negated[i] = loose_negation(a[i]->im);
        a_re[2 * i] = a_im[2 * i] = &a[i]->re.v;
        a_re[2 * i + 1] = &negated[i];
        a_im[2 * i + 1] = &a[i]->im.v;
        b_re[2 * i] = b_im[2 * i + 1] = &b[i]->re.v;
        b_re[2 * i + 1] = b_im[2 * i] = &b[i]->im.v;
    }
    return {Fp{dot<2 * N>(a_re, b_re)}, Fp{dot<2 * N>(a_im, b_im)}};
}

constexpr Fp2 operator*(const Fp2& a, const Fp2& b) {
    if (std::is_constant_evaluated()) return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
    return dot<1>({&a}, {&b});
}
constexpr Fp2 square(const Fp2& a) {
    return {(a.re + a.im) * (a.re - a.im), twice(a.re) * a.im};
}

/// The non-residue 9 + u that defines Fp6 and the twist.
inline constexpr Fp2 xi{Fp::from(9), Fp::one()};
inline Fp2 mul_xi(const Fp2& a) {
    return {nine_times_plus(a.re, -a.im), nine_times_plus(a.im, a.re)};
}

/// c0 + c1 * v + c2 * v^2.
struct Fp6 {
    Fp2 c0, c1, c2;

    static constexpr Fp6 one() { return {Fp2::one(), {}, {}}; }
    constexpr bool operator==(const Fp6&) const = default;
};
constexpr Fp6 operator+(const Fp6& a, const Fp6& b) {
    return {a.c0 + b.c0, a.c1 + b.c1, a.c2 + b.c2};
}
constexpr Fp6 operator-(const Fp6& a, const Fp6& b) {
    return {a.c0 - b.c0, a.c1 - b.c1, a.c2 - b.c2};
}
constexpr Fp6 operator-(const Fp6& a) {
    return {-a.c0, -a.c1, -a.c2};
}
Fp6 operator*(const Fp6& a, const Fp6& b);
inline Fp6 mul_v(const Fp6& a) {
    return {mul_xi(a.c2), a.c0, a.c1};
}
Fp6 inverse(const Fp6& a);

/// c0 + c1 * w.
struct Fp12 {
    Fp6 c0, c1;

    static constexpr Fp12 one() { return {Fp6::one(), {}}; }
    constexpr bool operator==(const Fp12&) const = default;
};
Fp12 operator*(const Fp12& a, const Fp12& b);
Fp12 square(const Fp12& a);
/// a^(p^6): the inverse wherever a lies in the cyclotomic subgroup, which has order p^4 - p^2 + 1.
constexpr Fp12 conjugate(const Fp12& a) {
    return {a.c0, -a.c1};
}
Fp12 inverse(const Fp12& a);
/// a^2 for a in the cyclotomic subgroup.
Fp12 cyclotomic_square(const Fp12& a);
/// a^p and a^(p^2).
Fp12 frobenius(const Fp12& a);
Fp12 frobenius_squared(const Fp12& a);

/// A line's value: a + b * w + c * w^3.
struct Line {
    Fp2 a, b, c;
};
Fp12 mul_line(const Fp12& f, const Line& line);

/// a / n, rounded down.
constexpr U256 divide_small(const U256& a, uint64_t n) {
    U256 q;
    Wide rest = 0;
    for (int i = 3; i >= 0; --i) {
        rest = rest << 64 | a.limb[i];
        q.limb[i] = static_cast<uint64_t>(rest / n);
        rest %= n;
    }
    return q;
}
constexpr Fp2 power(const Fp2& base, const U256& exponent) {
    Fp2 result = Fp2::one();
    for (unsigned i = exponent.bit_length(); i-- > 0;) {
        result = square(result);
        if (exponent.bit(i)) result = result * base;
    }
    return result;
}

/// w^(k (p - 1)) = xi^(k (p - 1) / 6) for k = 0 ... 5: (c * w^k)^p = conjugate(c) * frobenius_factors[k] *
/// w^k.
constexpr std::array<Fp2, 6> make_frobenius_factors() {
    std::array<Fp2, 6> g{Fp2::one(), power(xi, divide_small(field_prime - U256{1}, 6))};
    for (size_t k = 2; k < g.size(); ++k) g[k] = g[k - 1] * g[1];
    return g;
}
inline constexpr std::array<Fp2, 6> frobenius_factors = make_frobenius_factors();

}  // namespace warpevm::bn254
