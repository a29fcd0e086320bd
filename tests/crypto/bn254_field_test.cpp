// SPDX-License-Identifier: Apache-2.0
// The fields under the BN254 curve against GMP and against their definitions.
#include <gtest/gtest.h>

#include <vector>

#include "tests/crypto/bn254_support.hpp"

namespace warpevm::bn254::test {
namespace {

std::vector<Fp> interesting_residues() {
    std::vector<Fp> all;
    for (const mpz_class& a : {mpz_class(0), mpz_class(1), mpz_class(2), mpz_class(3), mpz_class(p - 1),
                               mpz_class(p - 2), mpz_class((p - 1) / 2), mpz_class((p + 1) / 2)})
        all.push_back(Fp::from(to_u256(a)));
    for (unsigned bit = 0; bit < 254; bit += 31)
        all.push_back(Fp::from(to_u256(modulo(mpz_class(1) << bit, p))));
    // Residues whose Montgomery form is at an edge.
    for (const mpz_class& a : {mpz_class(1), mpz_class(p - 1), mpz_class((mpz_class(1) << 192) - 1)}) {
        const U256 v = to_u256(a);
        all.push_back(Fp{{v.limb[0], v.limb[1], v.limb[2], v.limb[3]}});
    }
    Random random;
    for (int i = 0; i < 60; ++i) all.push_back(random.fp());
    return all;
}

mpz_class value(const Fp& a) {
    return to_mpz(a.value());
}
mpz_class raw(const Limbs& a) {
    return to_mpz({a[0], a[1], a[2], a[3]});
}

TEST(Bn254Field, PrimesAreThePolynomialsInTheSeed) {
    EXPECT_EQ(p, 36 * x * x * x * x + 36 * x * x * x + 24 * x * x + 6 * x + 1);
    EXPECT_EQ(r, 36 * x * x * x * x + 36 * x * x * x + 18 * x * x + 6 * x + 1);
    EXPECT_NE(mpz_probab_prime_p(p.get_mpz_t(), 40), 0);
    EXPECT_NE(mpz_probab_prime_p(r.get_mpz_t(), 40), 0);
    EXPECT_EQ(modulo(p * to_mpz(U256{montgomery_factor}) + 1, mpz_class(1) << 64), 0);
}

TEST(Bn254Field, OperationsAgreeWithGmp) {
    const auto residues = interesting_residues();
    for (const Fp& a : residues) {
        ASSERT_EQ(Fp::from(a.value()), a);
        ASSERT_EQ(value(-a), modulo(-value(a), p));
        for (const Fp& b : residues) {
            ASSERT_EQ(value(a + b), modulo(value(a) + value(b), p));
            ASSERT_EQ(value(a - b), modulo(value(a) - value(b), p));
            ASSERT_EQ(value(a * b), modulo(value(a) * value(b), p));
            ASSERT_EQ(value(nine_times_plus(a, b)), modulo(9 * value(a) + value(b), p));
            ASSERT_LT(raw(nine_times_plus(a, b).v), p);
        }
    }
}

TEST(Bn254Field, PortableAndNativeOperationsAgree) {
    const auto residues = interesting_residues();
    for (const Fp& a : residues)
        for (const Fp& b : residues) {
            ASSERT_EQ(PortableOps::add(a.v, b.v), NativeOps::add(a.v, b.v));
            ASSERT_EQ(PortableOps::sub(a.v, b.v), NativeOps::sub(a.v, b.v));
            ASSERT_EQ(PortableOps::sub_wrapping(a.v, b.v), NativeOps::sub_wrapping(a.v, b.v));
        }
    for (const mpz_class& a : {mpz_class(p - 1), p, mpz_class(p + 1), mpz_class(2 * p - 1),
                               mpz_class((mpz_class(1) << 256) - 1)}) {
        const U256 v = to_u256(a);
        const Limbs limbs{v.limb[0], v.limb[1], v.limb[2], v.limb[3]};
        EXPECT_EQ(raw(PortableOps::reduce_once(limbs)), a < p ? a : mpz_class(a - p));
        EXPECT_EQ(NativeOps::reduce_once(limbs), PortableOps::reduce_once(limbs));
    }
}

/// The sum of products by each implementation, for factors up to and including p.
template <size_t N>
void check_dot(const std::vector<Limbs>& factors, std::mt19937_64& engine) {
    const mpz_class radix_inverse = [] {
        mpz_class i, radix = mpz_class(1) << 256;
        mpz_invert(i.get_mpz_t(), radix.get_mpz_t(), p.get_mpz_t());
        return i;
    }();
    for (int round = 0; round < 400; ++round) {
        Factors<N> a, b;
        mpz_class sum = 0;
        for (size_t i = 0; i < N; ++i) {
            // Round 0 takes the largest factors everywhere.
            a[i] = &factors[round == 0 ? 0 : engine() % factors.size()];
            b[i] = &factors[round == 0 ? 0 : engine() % factors.size()];
            sum += raw(*a[i]) * raw(*b[i]);
        }
        const mpz_class expected = modulo(sum * radix_inverse, p);
        ASSERT_EQ(raw(dot<N>(a, b)), expected);
        ASSERT_EQ(raw((dot_with<PortableOps, N>(a, b))), expected);
        ASSERT_EQ(raw((dot_with<NativeOps, N>(a, b))), expected);
    }
}

TEST(Bn254Field, SumsOfProductsAgreeWithGmp) {
    std::vector<Limbs> factors{prime_limbs};
    for (const Fp& a : interesting_residues()) factors.push_back(a.v);
    std::mt19937_64 engine(1);
    check_dot<1>(factors, engine);
    check_dot<2>(factors, engine);
    check_dot<4>(factors, engine);
    check_dot<6>(factors, engine);
}

TEST(Bn254Field, InverseTimesSelfIsOne) {
    EXPECT_EQ(inverse(Fp::zero()), Fp::zero());
    Random random;
    auto residues = interesting_residues();
    for (int i = 0; i < 3000; ++i) residues.push_back(random.fp());
    for (uint64_t i = 1; i < 200; ++i) residues.push_back(Fp{{i}});
    for (const Fp& a : residues) {
        if (a.is_zero()) continue;
        ASSERT_EQ(a * inverse(a), Fp::one());
        ASSERT_LT(raw(inverse(a).v), p);
    }
}

TEST(Bn254Tower, QuadraticExtension) {
    Random random;
    for (int i = 0; i < 100; ++i) {
        const Fp2 a = random.fp2(), b = random.fp2(), c = random.fp2(), d = random.fp2();
        const Fp2 ab{a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
        ASSERT_EQ(a * b, ab);
        ASSERT_EQ(square(a), a * a);
        ASSERT_EQ((dot<2>({&a, &c}, {&b, &d})), a * b + c * d);
        ASSERT_EQ((dot<3>({&a, &c, &a}, {&b, &d, &d})), a * b + c * d + a * d);
        ASSERT_EQ(mul_xi(a), a * xi);
        ASSERT_EQ(a * inverse(a), Fp2::one());
        ASSERT_EQ(power(a, p), conjugate(a));
    }
    EXPECT_EQ(xi, (Fp2{Fp::from(9), Fp::from(1)}));
    EXPECT_EQ(square(Fp2{Fp::zero(), Fp::one()}), -Fp2::one());
}

TEST(Bn254Tower, TheNonResidueGivesAField) {
    // xi must be neither a square nor a cube in Fp2.
    EXPECT_FALSE(power(xi, (p * p - 1) / 2) == Fp2::one());
    EXPECT_FALSE(power(xi, (p * p - 1) / 3) == Fp2::one());
    for (unsigned k = 0; k < 6; ++k) EXPECT_EQ(frobenius_factors[k], power(xi, k * (p - 1) / 6));
}

TEST(Bn254Tower, CubicExtension) {
    Random random;
    const Fp6 v{{}, Fp2::one(), {}};
    EXPECT_EQ(v * v * v, (Fp6{xi, {}, {}}));
    for (int i = 0; i < 50; ++i) {
        const Fp6 a = random.fp6(), b = random.fp6();
        const Fp6 ab{a.c0 * b.c0 + xi * (a.c1 * b.c2 + a.c2 * b.c1),
                     a.c0 * b.c1 + a.c1 * b.c0 + xi * (a.c2 * b.c2), a.c0 * b.c2 + a.c1 * b.c1 + a.c2 * b.c0};
        ASSERT_EQ(a * b, ab);
        ASSERT_EQ(mul_v(a), a * v);
        ASSERT_EQ(a * inverse(a), Fp6::one());
    }
}

TEST(Bn254Tower, TwelfthDegree) {
    Random random;
    const Fp12 w{{}, Fp6::one()};
    EXPECT_EQ(w * w, (Fp12{{{}, Fp2::one(), {}}, {}}));
    for (int i = 0; i < 10; ++i) {
        const Fp12 a = random.fp12(), b = random.fp12(), c = random.fp12();
        ASSERT_EQ((a * b) * c, a * (b * c));
        const Fp12 ab{a.c0 * b.c0 + mul_v(a.c1 * b.c1), a.c0 * b.c1 + a.c1 * b.c0};
        ASSERT_EQ(a * b, ab);
        ASSERT_EQ(square(a), a * a);
        ASSERT_EQ(a * inverse(a), Fp12::one());
        ASSERT_EQ(frobenius(a), power(a, p));
        ASSERT_EQ(frobenius_squared(a), frobenius(frobenius(a)));
        ASSERT_EQ(conjugate(a), frobenius_squared(frobenius_squared(frobenius_squared(a))));
        const Line line{random.fp2(), random.fp2(), random.fp2()};
        ASSERT_EQ(mul_line(a, line), (a * Fp12{{line.a, {}, {}}, {line.b, line.c, {}}}));
        const Fp12 easy = conjugate(a) * inverse(a), cyclotomic = frobenius_squared(easy) * easy;
        ASSERT_EQ(cyclotomic_square(cyclotomic), cyclotomic * cyclotomic);
        ASSERT_EQ(cyclotomic * conjugate(cyclotomic), Fp12::one());
    }
}

TEST(Bn254Tower, FinalExponentiationIsItsPower) {
    const mpz_class p12 = p * p * p * p * p * p * p * p * p * p * p * p;
    ASSERT_EQ(modulo(p12 - 1, r), 0);
    const mpz_class c = 2 * x * (6 * x * x + 3 * x + 1);
    mpz_class common;
    mpz_gcd(common.get_mpz_t(), c.get_mpz_t(), r.get_mpz_t());
    EXPECT_EQ(common, 1);
    Random random;
    const Fp12 a = random.fp12();
    EXPECT_EQ(final_exponentiation(a), power(a, c * ((p12 - 1) / r)));
}

}  // namespace
}  // namespace warpevm::bn254::test
