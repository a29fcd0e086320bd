// SPDX-License-Identifier: Apache-2.0
// The Miller loop of the optimal ate pairing, with the check that points of the twist lie in G2.
#include <algorithm>

#include "evm/crypto/bn254_naf.hpp"
#include "evm/crypto/bn254_pairing.hpp"

namespace warpevm::bn254 {
namespace {

/// 3 / (9 + u): xi's inverse is its conjugate over its norm 82, but a division needs no constexpr inverse
/// this way: the power p - 2 is the inverse modulo p.
constexpr Fp2 make_twist_constant() {
    const Fp norm_inverse = power({Fp::from(82), {}}, field_prime - U256{2}).re;
    return conjugate(xi) * (Fp::from(3) * norm_inverse);
}
constexpr Fp2 twist_constant = make_twist_constant();
constexpr Fp2 thrice_twist_constant = thrice(twist_constant);

/// 6x + 2, the length of the loop, has 65 bits.
constexpr Naf loop = make_naf(6 * static_cast<Wide>(seed) + 2, 2);

/// (X / Z, Y / Z) on the twist.
struct Projective {
    Fp2 x, y, z;
};

// A point (x, y) of the twist is (x w^2, y w^3) on the curve itself. A line through it with the slope s on
// the twist takes at (px, py) the value py - s px w + (s x - y) w^3; scaling it by elements of Fp2 doesn't
// change the pairing. The line functions below leave out the factors py of 1 and px of w. Formulas: Costello,
// Lange and Naehrig, "Faster Pairing Computations on Curves with High-Degree Twists" (2010), without the
// halvings.

/// t becomes 2t; the tangent at t, scaled by -2 Y Z.
Line double_step(Projective& t) {
    const Fp2 b = square(t.y);
    const Fp2 e = thrice_twist_constant * square(t.z);
    const Fp2 f = thrice(e);
    const Fp2 xy = twice(t.x) * t.y;
    const Fp2 h = twice(t.y) * t.z;
    const Line line{-h, thrice(square(t.x)), e - b};
    t.x = xy * (b - f);
    t.y = square(b + f) - twice(twice(thrice(square(e))));
    t.z = twice(twice(b)) * h;
    return line;
}

/// t becomes t + q for t != +-q; the line through both, scaled by X - x Z. Z becomes zero where t = +-q, and
/// then stays zero in all further steps.
Line add_step(Projective& t, const Twist& q) {
    const Fp2 theta = t.y - q.y * t.z;
    const Fp2 lambda = t.x - q.x * t.z;
    const Fp2 lambda2 = square(lambda);
    const Fp2 lambda3 = lambda * lambda2;
    const Fp2 g = t.x * lambda2;
    const Fp2 h = lambda3 + t.z * square(theta) - twice(g);
    const Fp2 gh = g - h, minus_y = -t.y, minus_lambda = -lambda;
    const Line line{lambda, -theta, dot<2>({&theta, &minus_lambda}, {&q.x, &q.y})};
    t.x = lambda * h;
    t.y = dot<2>({&theta, &lambda3}, {&gh, &minus_y});
    t.z = t.z * lambda3;
    return line;
}

/// The p-power Frobenius map carried over to the twist; it multiplies points of G2 by p.
Twist frobenius(const Twist& a) {
    return {conjugate(a.x) * frobenius_factors[2], conjugate(a.y) * frobenius_factors[3]};
}
Twist negate(const Twist& a) {
    return {a.x, -a.y};
}

bool equal(const Projective& a, const Twist& b) {
    return !a.z.is_zero() && a.x == b.x * a.z && a.y == b.y * a.z;
}

void multiply_line(Fp12& f, const Line& line, const G1& p) {
    if (!p.is_infinity()) f = mul_line(f, {line.a * p.y, line.b * p.x, line.c});
}

/// The loop's last two lines, through psi(q) and -psi^2(q), and the subgroup check that they give for
/// nothing.
///
/// For q in G2, psi multiplies by p, and 6x + 2 + p - p^2 + p^3 = 0 modulo r: after these two additions t is
/// -psi^3(q). No other point of the twist passes. psi^2 - (6x^2 + 1) psi + p = 0 on the whole twist, so that
/// a point that 6x + 2 + psi - psi^2 + psi^3 maps to infinity is mapped there by that element's norm N in
/// Z[psi], too; N and the cofactor 2p - r of G2 have no common factor, hence r times the point is infinity
/// (the tests compute that). Where an addition met t = +-q, which multiples of a q in G2 never do, Z is zero
/// and the check fails as it should.
bool finish(Projective& t, const Pair& pair, Fp12& f) {
    const Twist q1 = frobenius(pair.q), q2 = frobenius(q1), q3 = frobenius(q2);
    multiply_line(f, add_step(t, q1), pair.p);
    multiply_line(f, add_step(t, negate(q2)), pair.p);
    return equal(t, negate(q3));
}

/// So many pairs share the squarings of one loop; more would hardly gain and need memory from the heap.
constexpr size_t batch_size = 16;

bool miller_batch(std::span<const Pair> pairs, Fp12& f) {
    std::array<Projective, batch_size> t;
    for (size_t k = 0; k < pairs.size(); ++k) t[k] = {pairs[k].q.x, pairs[k].q.y, Fp2::one()};
    f = Fp12::one();
    for (size_t i = loop.length - 1; i-- > 0;) {
        if (i != loop.length - 2) f = square(f);
        for (size_t k = 0; k < pairs.size(); ++k) {
            multiply_line(f, double_step(t[k]), pairs[k].p);
            if (loop.digit[i] == 0) continue;
            multiply_line(f, add_step(t[k], loop.digit[i] > 0 ? pairs[k].q : negate(pairs[k].q)), pairs[k].p);
        }
    }
    bool in_subgroup = true;
    for (size_t k = 0; k < pairs.size(); ++k) in_subgroup = finish(t[k], pairs[k], f) && in_subgroup;
    return in_subgroup;
}

}  // namespace

bool on_curve(const Twist& a) {
    return square(a.y) == square(a.x) * a.x + twist_constant;
}

bool miller_loop(std::span<const Pair> pairs, Fp12& f) {
    while (!pairs.empty()) {
        const size_t n = std::min(pairs.size(), batch_size);
        Fp12 product;
        if (!miller_batch(pairs.first(n), product)) return false;
        f = f * product;
        pairs = pairs.subspan(n);
    }
    return true;
}

}  // namespace warpevm::bn254
