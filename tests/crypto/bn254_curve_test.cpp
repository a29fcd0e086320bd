// SPDX-License-Identifier: Apache-2.0
// G1 and the twist: the fast algorithms against textbook arithmetic, and the numbers that they rest on.
#include <gtest/gtest.h>

#include <vector>

#include "tests/crypto/bn254_support.hpp"

namespace warpevm::bn254::test {
namespace {

const mpz_class lambda = 36 * x * x * x + 18 * x * x + 6 * x + 1;

std::vector<U256> interesting_scalars() {
    const mpz_class top = (mpz_class(1) << 256) - 1;
    std::vector<U256> all;
    for (const mpz_class& k : {mpz_class(0),
                               mpz_class(1),
                               mpz_class(2),
                               mpz_class(3),
                               mpz_class(15),
                               mpz_class(16),
                               mpz_class(17),
                               mpz_class(r - 2),
                               mpz_class(r - 1),
                               r,
                               mpz_class(r + 1),
                               mpz_class(2 * r),
                               mpz_class(5 * r),
                               mpz_class(5 * r + 1),
                               top,
                               mpz_class(top - 1),
                               lambda,
                               mpz_class(lambda - 1),
                               mpz_class(lambda + 1),
                               mpz_class(r - lambda),
                               mpz_class(lambda * 2),
                               p,
                               mpz_class(mpz_class(1) << 128),
                               mpz_class(2 * x + 1),
                               mpz_class(6 * x * x + 2 * x),
                               mpz_class(6 * x * x + 4 * x + 1)})
        all.push_back(to_u256(k));
    // Multiples of the two halves' basis, where the rounding of the split is at its edge.
    for (int i = 1; i < 20; ++i) all.push_back(to_u256(modulo(lambda * i + (20 - i), r)));
    Random random;
    for (int i = 0; i < 40; ++i) all.push_back(random.u256());
    return all;
}

TEST(Bn254Curve, GeneratorHasTheGroupsOrder) {
    EXPECT_TRUE(on_curve(g1_generator));
    EXPECT_TRUE(mul_slowly(g1_generator, r).is_infinity());
    EXPECT_FALSE(on_curve(G1{}));
    EXPECT_FALSE(on_curve(G1{Fp::from(1), Fp::from(3)}));
}

TEST(Bn254Curve, EndomorphismMultipliesByLambda) {
    EXPECT_EQ(modulo(lambda * lambda + lambda + 1, r), 0);
    EXPECT_EQ(beta * beta + beta + Fp::one(), Fp::zero());
    EXPECT_EQ(mul_slowly(g1_generator, lambda), (G1{beta * g1_generator.x, g1_generator.y}));
}

TEST(Bn254Curve, SplitScalarsAreShortAndAddUp) {
    auto scalars = interesting_scalars();
    Random random;
    for (int i = 0; i < 3000; ++i) scalars.push_back(random.u256());
    const auto wide = [](unsigned __int128 a) {
        return to_mpz({static_cast<uint64_t>(a), static_cast<uint64_t>(a >> 64), 0, 0});
    };
    for (const U256& k : scalars) {
        const Split split = split_scalar(k);
        const mpz_class second = split.second_negative ? mpz_class(-wide(split.second)) : wide(split.second);
        ASSERT_EQ(modulo(wide(split.first) + second * lambda - to_mpz(k), r), 0);
        // Room for the signed windows: the bounds that the split promises are 2 (long + short) and 2 middle.
        ASSERT_LT(wide(split.first), 2 * (6 * x * x + 6 * x + 2));
        ASSERT_LT(wide(split.second), 2 * (6 * x * x + 2 * x));
    }
}

TEST(Bn254Curve, MultiplicationAgreesWithTheTextbook) {
    const G1 other = mul_slowly(g1_generator, 123456789);
    for (const U256& k : interesting_scalars()) {
        const G1 product = other * k;
        ASSERT_EQ(product, mul_slowly(other, to_mpz(k)));
        ASSERT_TRUE(product.is_infinity() || on_curve(product));
        ASSERT_TRUE((G1{} * k).is_infinity());
    }
}

TEST(Bn254Curve, AdditionAgreesWithMultiples) {
    std::vector<G1> multiples{G1{}};
    for (int i = 1; i < 12; ++i) multiples.push_back(multiples.back() + g1_generator);
    for (size_t i = 0; i < multiples.size(); ++i) {
        const G1 negative{multiples[i].x, -multiples[i].y};
        EXPECT_EQ(multiples[i], g1_generator * U256{i});
        EXPECT_EQ(negative, g1_generator * (group_order - U256{i}));
        EXPECT_TRUE((multiples[i] + negative).is_infinity());
        for (size_t j = 0; i + j < multiples.size(); ++j)
            EXPECT_EQ(multiples[i] + multiples[j], multiples[i + j]);
    }
}

bool passes_miller_loop(const Twist& q, const G1& p1) {
    const Pair pair{p1, q};
    Fp12 f = Fp12::one();
    return miller_loop({&pair, 1}, f);
}

TEST(Bn254Subgroup, MillerLoopsRelationProvesMembership) {
    // 6x + 2 + psi - psi^2 + psi^3 modulo psi^2 - t psi + p is c0 + c1 psi; its norm and the cofactor are
    // coprime.
    const mpz_class t = 6 * x * x + 1;
    EXPECT_EQ(t, p + 1 - r);
    // psi^3 = (t^2 - p) psi - t p.
    const mpz_class c0 = 6 * x + 2 + p - t * p;
    const mpz_class c1 = 1 - t + t * t - p;
    const mpz_class norm = c0 * c0 + t * c0 * c1 + p * c1 * c1;
    mpz_class common;
    mpz_gcd(common.get_mpz_t(), norm.get_mpz_t(), cofactor.get_mpz_t());
    EXPECT_EQ(common, 1);
    EXPECT_EQ(modulo(6 * x + 2 + p - p * p + p * p * p, r), 0);
    mpz_gcd(common.get_mpz_t(), r.get_mpz_t(), cofactor.get_mpz_t());
    EXPECT_EQ(common, 1);
}

TEST(Bn254Subgroup, TwistHasTheOrderThatTheProofUses) {
    for (uint64_t n : {1, 50, 1000}) {
        const Twist q = twist_point(n);
        ASSERT_TRUE(on_curve(q));
        EXPECT_TRUE(mul_slowly(q, r * cofactor).is_infinity());
        EXPECT_FALSE(mul_slowly(q, cofactor).is_infinity());
        EXPECT_FALSE(mul_slowly(q, r).is_infinity());
        // psi's characteristic polynomial: psi^2(q) + p q = t psi(q).
        const auto psi = [](const Twist& a) -> Twist {
            return {conjugate(a.x) * frobenius_factors[2], conjugate(a.y) * frobenius_factors[3]};
        };
        EXPECT_TRUE(on_curve(psi(q)));
        EXPECT_EQ(add_slowly(psi(psi(q)), mul_slowly(q, p)), mul_slowly(psi(q), 6 * x * x + 1));
    }
}

TEST(Bn254Subgroup, VerdictAgreesWithTheSlowCheck) {
    std::vector<Twist> points{g2_generator};
    for (uint64_t n = 0; n < 6; ++n) {
        const Twist q = twist_point(100 * n);
        points.push_back(q);
        points.push_back(mul_slowly(q, cofactor));  // in G2
        points.push_back(mul_slowly(q, r));         // of the cofactor's order
        points.push_back(add_slowly(g2_generator, mul_slowly(q, r)));
    }
    size_t members = 0;
    for (const Twist& q : points) {
        ASSERT_TRUE(on_curve(q));
        const bool member = mul_slowly(q, r).is_infinity();
        members += member ? 1 : 0;
        ASSERT_EQ(passes_miller_loop(q, g1_generator), member);
        ASSERT_EQ(passes_miller_loop(q, G1{}), member);
    }
    EXPECT_EQ(members, 7U);
}

TEST(Bn254Subgroup, PointsOfSmallOrderAreRefused) {
    // The prime factors of the cofactor below 2^64. Loops over such points meet plus or minus the point
    // itself.
    for (const mpz_class& small : {mpz_class(10069), mpz_class(5864401), mpz_class("1875725156269")}) {
        ASSERT_EQ(modulo(cofactor, small), 0);
        const Twist q = mul_slowly(twist_point(7), r * (cofactor / small));
        ASSERT_FALSE(q.is_infinity());
        ASSERT_TRUE(mul_slowly(q, small).is_infinity());
        for (int k = 1; k < 30; ++k) {
            ASSERT_FALSE(passes_miller_loop(mul_slowly(q, k), g1_generator));
            ASSERT_FALSE(passes_miller_loop(add_slowly(g2_generator, mul_slowly(q, k)), g1_generator));
        }
    }
}

}  // namespace
}  // namespace warpevm::bn254::test
