// SPDX-License-Identifier: Apache-2.0
// Products, squares, inverses and Frobenius maps in Fp6 and Fp12.
#include "evm/crypto/bn254_tower.hpp"

namespace warpevm::bn254 {

Fp2 inverse(const Fp2& a) {
    const Fp norm{dot<2>({&a.re.v, &a.im.v}, {&a.re.v, &a.im.v})};
    const Fp i = inverse(norm);
    return {a.re * i, -(a.im * i)};
}

// Schoolbook: three reductions of sums of three products cost less than Karatsuba's additions would save.
Fp6 operator*(const Fp6& a, const Fp6& b) {
    const Fp2 b1 = mul_xi(b.c1), b2 = mul_xi(b.c2);
    return {dot<3>({&a.c0, &a.c1, &a.c2}, {&b.c0, &b2, &b1}),
            dot<3>({&a.c0, &a.c1, &a.c2}, {&b.c1, &b.c0, &b2}),
            dot<3>({&a.c0, &a.c1, &a.c2}, {&b.c2, &b.c1, &b.c0})};
}

Fp6 inverse(const Fp6& a) {
    // The product of a's two other conjugates over Fp2, then the norm.
    const Fp2 t0 = square(a.c0) - mul_xi(a.c1 * a.c2);
    const Fp2 t1 = mul_xi(square(a.c2)) - a.c0 * a.c1;
    const Fp2 t2 = square(a.c1) - a.c0 * a.c2;
    const Fp2 s1 = mul_xi(t1), s2 = mul_xi(t2);
    const Fp2 i = inverse(dot<3>({&a.c0, &a.c1, &a.c2}, {&t0, &s2, &s1}));
    return {t0 * i, t1 * i, t2 * i};
}

Fp12 operator*(const Fp12& a, const Fp12& b) {
    const Fp6 t0 = a.c0 * b.c0, t1 = a.c1 * b.c1;
    return {t0 + mul_v(t1), (a.c0 + a.c1) * (b.c0 + b.c1) - t0 - t1};
}

Fp12 square(const Fp12& a) {
    const Fp6 t = a.c0 * a.c1;
    return {(a.c0 + a.c1) * (a.c0 + mul_v(a.c1)) - t - mul_v(t), t + t};
}

Fp12 inverse(const Fp12& a) {
    const Fp6 i = inverse(a.c0 * a.c0 - mul_v(a.c1 * a.c1));
    return {a.c0 * i, -(a.c1 * i)};
}

namespace {

/// (a + b s)^2 in Fp2[s]/(s^2 - xi).
struct Fp4 {
    Fp2 c0, c1;
};
Fp4 square_fp4(const Fp2& a, const Fp2& b) {
    const Fp2 b_xi = mul_xi(b);
    return {dot<2>({&a, &b_xi}, {&a, &b}), twice(a) * b};
}
/// 3a - 2b and 3a + 2b.
Fp2 thrice_minus_twice(const Fp2& a, const Fp2& b) {
    return twice(a - b) + a;
}
Fp2 thrice_plus_twice(const Fp2& a, const Fp2& b) {
    return twice(a + b) + a;
}

}  // namespace

// Granger and Scott, "Faster Squaring in the Cyclotomic Subgroup of Sixth Degree Extensions" (2010). With s =
// w^3 and a = A + B w + C w^2 over Fp4 = Fp2[s], and bars for conjugates over Fp2: a^2 = (3A^2 - 2 bar A) +
// (3s C^2 + 2 bar B) w + (3B^2 - 2 bar C) w^2.
Fp12 cyclotomic_square(const Fp12& a) {
    const Fp4 aa = square_fp4(a.c0.c0, a.c1.c1), bb = square_fp4(a.c1.c0, a.c0.c2),
              cc = square_fp4(a.c0.c1, a.c1.c2);
    return {{thrice_minus_twice(aa.c0, a.c0.c0), thrice_minus_twice(bb.c0, a.c0.c1),
             thrice_minus_twice(cc.c0, a.c0.c2)},
            {thrice_plus_twice(mul_xi(cc.c1), a.c1.c0), thrice_plus_twice(aa.c1, a.c1.c1),
             thrice_plus_twice(bb.c1, a.c1.c2)}};
}

Fp12 frobenius(const Fp12& a) {
    const auto& g = frobenius_factors;
    return {{conjugate(a.c0.c0), conjugate(a.c0.c1) * g[2], conjugate(a.c0.c2) * g[4]},
            {conjugate(a.c1.c0) * g[1], conjugate(a.c1.c1) * g[3], conjugate(a.c1.c2) * g[5]}};
}

namespace {

/// w^(k (p^2 - 1)) lies in Fp: it is the norm of w^(k (p - 1)) over Fp.
constexpr std::array<Fp, 6> make_squared_factors() {
    std::array<Fp, 6> g{};
    for (size_t k = 0; k < g.size(); ++k) g[k] = (frobenius_factors[k] * conjugate(frobenius_factors[k])).re;
    return g;
}
constexpr std::array<Fp, 6> squared_factors = make_squared_factors();

}  // namespace

Fp12 frobenius_squared(const Fp12& a) {
    const auto& g = squared_factors;
    return {{a.c0.c0, a.c0.c1 * g[2], a.c0.c2 * g[4]}, {a.c1.c0 * g[1], a.c1.c1 * g[3], a.c1.c2 * g[5]}};
}

// The product by a + b w + c v w written out: eighteen products in Fp2, twelve reductions in Fp.
Fp12 mul_line(const Fp12& f, const Line& line) {
    const auto& [x0, x1, x2] = f.c0;
    const auto& [y0, y1, y2] = f.c1;
    const auto& [a, b, c] = line;
    const Fp2 b_xi = mul_xi(b), c_xi = mul_xi(c);
    return {{dot<3>({&x0, &y1, &y2}, {&a, &c_xi, &b_xi}), dot<3>({&x1, &y0, &y2}, {&a, &b, &c_xi}),
             dot<3>({&x2, &y0, &y1}, {&a, &c, &b})},
            {dot<3>({&x0, &x2, &y0}, {&b, &c_xi, &a}), dot<3>({&x0, &x1, &y1}, {&c, &b, &a}),
             dot<3>({&x1, &x2, &y2}, {&c, &b, &a})}};
}

}  // namespace warpevm::bn254
