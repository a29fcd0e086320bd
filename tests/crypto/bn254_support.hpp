// SPDX-License-Identifier: Apache-2.0
// What the BN254 tests share: integers of GMP, random residues, and slow reference arithmetic on both curves.
#pragma once

#include <gmpxx.h>

#include <random>

#include "evm/crypto/bn254_pairing.hpp"

namespace warpevm::bn254::test {

inline mpz_class to_mpz(const U256& a) {
    mpz_class r;
    mpz_import(r.get_mpz_t(), 4, -1, 8, 0, 0, a.limb);
    return r;
}
inline U256 to_u256(const mpz_class& a) {
    U256 r;
    mpz_export(r.limb, nullptr, -1, 8, 0, 0, a.get_mpz_t());
    return r;
}
inline const mpz_class x = to_mpz(U256{seed});
inline const mpz_class p = to_mpz(field_prime);
inline const mpz_class r = to_mpz(group_order);
/// The number of points of the twist is r times this.
inline const mpz_class cofactor = 2 * p - r;

inline mpz_class modulo(const mpz_class& a, const mpz_class& m) {
    mpz_class result;
    mpz_mod(result.get_mpz_t(), a.get_mpz_t(), m.get_mpz_t());
    return result;
}

class Random {
  public:
    U256 u256() { return {m_engine(), m_engine(), m_engine(), m_engine()}; }
    U256 scalar() { return to_u256(modulo(to_mpz(u256()), r)); }
    Fp fp() { return Fp::from(to_u256(modulo(to_mpz(u256()), p))); }
    Fp2 fp2() { return {fp(), fp()}; }
    Fp6 fp6() { return {fp2(), fp2(), fp2()}; }
    Fp12 fp12() { return {fp6(), fp6()}; }

  private:
    std::mt19937_64 m_engine{254};
};

template <class Field>
Field power(const Field& base, const mpz_class& exponent) {
    Field result = Field::one();
    for (size_t i = mpz_sizeinbase(exponent.get_mpz_t(), 2); i-- > 0;) {
        result = result * result;
        if (mpz_tstbit(exponent.get_mpz_t(), i) != 0) result = result * base;
    }
    return result;
}

/// The textbook's affine addition, for either curve.
template <class Point>
Point add_slowly(const Point& a, const Point& b) {
    if (a.is_infinity()) return b;
    if (b.is_infinity()) return a;
    if (a.x == b.x && !(a.y == b.y)) return {};
    const auto slope =
        a.x == b.x ? thrice(square(a.x)) * inverse(twice(a.y)) : (b.y - a.y) * inverse(b.x - a.x);
    const auto sum = square(slope) - a.x - b.x;
    return {sum, slope * (a.x - sum) - a.y};
}
template <class Point>
Point mul_slowly(const Point& a, const mpz_class& scalar) {
    Point result{};
    for (size_t i = mpz_sizeinbase(scalar.get_mpz_t(), 2); i-- > 0;) {
        result = add_slowly(result, result);
        if (mpz_tstbit(scalar.get_mpz_t(), i) != 0) result = add_slowly(result, a);
    }
    return result;
}

inline const G1 g1_generator{Fp::from(1), Fp::from(2)};

inline Fp fp_from_decimal(const char* digits) {
    return Fp::from(to_u256(mpz_class(digits)));
}
/// The generator P2 of EIP-197.
inline const Twist g2_generator{
    {fp_from_decimal("10857046999023057135944570762232829481370756359578518086990519993285655852781"),
     fp_from_decimal("11559732032986387107991004021392285783925812861821192530917403151452391805634")},
    {fp_from_decimal("8495653923123431417604973247489272438418190587263600148770280649306958101930"),
     fp_from_decimal("4082367875863433681332203403145435568316851327593401208105741076214120093531")}};

/// A square root in Fp, where p = 3 modulo 4; of no meaning for a non-square.
inline Fp root(const Fp& a) {
    return power(a, (p + 1) / 4);
}
inline bool is_square(const Fp& a) {
    return square(root(a)) == a;
}

/// The point of the twist with the least x = n + u, n >= from; almost never in G2.
inline Twist twist_point(uint64_t from) {
    for (uint64_t n = from;; ++n) {
        const Fp2 at{Fp::from(n), Fp::one()};
        // The complex method: y = s + im / (2 s) u with 2 s^2 = re + norm(y^2)^(1/2) or re - ...
        const Fp2 yy = square(at) * at + Fp2{Fp::from(3), {}} * inverse(xi);
        const Fp norm = square(yy.re) + square(yy.im);
        if (!is_square(norm)) continue;
        const Fp half = inverse(Fp::from(2));
        Fp ss = (yy.re + root(norm)) * half;
        if (!is_square(ss)) ss = (yy.re - root(norm)) * half;
        const Fp s = root(ss);
        const Twist point{at, {s, yy.im * half * inverse(s)}};
        if (on_curve(point)) return point;
    }
}

}  // namespace warpevm::bn254::test
