// SPDX-License-Identifier: Apache-2.0
// Field, scalars and points of the kernels against GMP, on random and on edge operands, in both limb widths
// and both spellings of the primitives.
#include "tests/kernels/arithmetic.hpp"

#include <gmpxx.h>
#include <gtest/gtest.h>

#include <random>

namespace warpevm::test {
namespace {

const mpz_class p("0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f");
const mpz_class n("0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");
const mpz_class lambda("0x5363ad4cc05c30e0a5261c028812645a122e22ea20816678df02967c1b23bd72");
const mpz_class two_256 = mpz_class(1) << 256;

Words words(const mpz_class& x) {
    Words w{};
    mpz_export(w.data(), nullptr, -1, 8, 0, 0, x.get_mpz_t());
    return w;
}
mpz_class number(const Words& w) {
    mpz_class x;
    mpz_import(x.get_mpz_t(), 4, -1, 8, 0, 0, w.data());
    return x;
}
mpz_class mod(const mpz_class& x, const mpz_class& m) {
    mpz_class r;
    mpz_mod(r.get_mpz_t(), x.get_mpz_t(), m.get_mpz_t());
    return r;
}
mpz_class power(const mpz_class& x, const mpz_class& e, const mpz_class& m) {
    mpz_class r;
    mpz_powm(r.get_mpz_t(), x.get_mpz_t(), e.get_mpz_t(), m.get_mpz_t());
    return r;
}

/// Numbers below 2^256 where carries and folds happen, and random ones of all bit patterns.
std::vector<mpz_class> operands() {
    std::vector<mpz_class> all;
    std::vector<mpz_class> bases{0, p, n, two_256, two_256 - p, two_256 - n, n / 2, p / 2, lambda};
    for (const unsigned bit : {32U, 64U, 128U, 192U, 255U}) bases.push_back(mpz_class(1) << bit);
    for (const mpz_class& base : bases)
        for (int d = -3; d <= 3; ++d)
            if (base + d >= 0 && base + d < two_256) all.emplace_back(base + d);
    std::mt19937_64 random{7};
    for (int i = 0; i < 200; ++i) {
        Words w;
        // Whole words of ones and of zeros among the random ones.
        for (uint64_t& x : w) x = random() % 4 == 0 ? 0 - (random() & 1) : random();
        all.push_back(number(w));
    }
    return all;
}

using Point = std::optional<std::pair<mpz_class, mpz_class>>;

Point add(const Point& a, const Point& b) {
    if (!a) return b;
    if (!b) return a;
    const auto& [ax, ay] = *a;
    const auto& [bx, by] = *b;
    if (ax == bx && mod(ay + by, p) == 0) return std::nullopt;
    const mpz_class slope = ax == bx ? mpz_class(3 * ax * ax * power(mod(2 * ay, p), p - 2, p))
                                     : mpz_class((by - ay) * power(mod(bx - ax, p), p - 2, p));
    const mpz_class x = mod(slope * slope - ax - bx, p);
    return std::pair(x, mod(slope * (ax - x) - ay, p));
}

Point multiply(const mpz_class& k, Point point) {
    Point sum;
    for (mpz_class rest = mod(k, n); rest != 0; rest /= 2) {
        if (mpz_odd_p(rest.get_mpz_t())) sum = add(sum, point);
        point = add(point, point);
    }
    return sum;
}

const Point generator =
    std::pair(mpz_class("0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"),
              mpz_class("0x483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8"));

class KernelArithmetic : public testing::TestWithParam<const Arithmetic*> {
  protected:
    const Arithmetic& a = *GetParam();
};

TEST_P(KernelArithmetic, adds_and_multiplies_in_the_field) {
    const auto all = operands();
    for (const mpz_class& x : all)
        for (const mpz_class& y : all) {
            ASSERT_EQ(mod(number(a.field_add(words(x), words(y))), p), mod(x + y, p)) << x << " " << y;
            ASSERT_EQ(mod(number(a.field_sub(words(x), words(y))), p), mod(x - y, p)) << x << " " << y;
            ASSERT_EQ(mod(number(a.field_mul(words(x), words(y))), p), mod(x * y, p)) << x << " " << y;
        }
}

TEST_P(KernelArithmetic, knows_a_field_element_by_both_its_names) {
    for (const mpz_class& x : operands()) {
        EXPECT_EQ(number(a.field_normalize(words(x))), mod(x, p)) << x;
        EXPECT_EQ(a.field_is_zero(words(x)), mod(x, p) == 0) << x;
        EXPECT_EQ(mod(number(a.field_square(words(x))), p), mod(x * x, p)) << x;
        EXPECT_EQ(mod(2 * number(a.field_half(words(x))), p), mod(x, p)) << x;
    }
}

TEST_P(KernelArithmetic, inverts_and_takes_roots) {
    for (const mpz_class& x : operands()) {
        EXPECT_EQ(mod(number(a.field_invert(words(x))), p), power(mod(x, p), p - 2, p)) << x;
        EXPECT_EQ(mod(number(a.field_sqrt(words(x))), p), power(mod(x, p), (p + 1) / 4, p)) << x;
    }
}

TEST_P(KernelArithmetic, computes_with_scalars) {
    const auto all = operands();
    for (const mpz_class& x : all) {
        const Words reduced = a.scalar_normalize(words(x));
        ASSERT_EQ(number(reduced), mod(x, n)) << x;
        EXPECT_EQ(a.scalar_in_range(words(x)), x > 0 && x < n) << x;
        EXPECT_EQ(number(a.scalar_negate(reduced)), mod(-x, n)) << x;
        EXPECT_EQ(number(a.scalar_invert(reduced)), power(mod(x, n), n - 2, n)) << x;
        for (const mpz_class& y : all)
            ASSERT_EQ(number(a.scalar_mul(words(x), words(y))), mod(x * y, n)) << x << " " << y;
    }
}

TEST_P(KernelArithmetic, splits_scalars_into_halves) {
    for (const mpz_class& x : operands()) {
        const mpz_class k = mod(x, n);
        const auto [k1, k2] = a.scalar_split(words(k));
        const mpz_class first = k1.negative ? mpz_class(-number(k1.size)) : number(k1.size);
        const mpz_class second = k2.negative ? mpz_class(-number(k2.size)) : number(k2.size);
        EXPECT_EQ(mod(first + second * lambda, n), k);
        EXPECT_LT(number(k1.size), mpz_class(1) << 128) << k;
        EXPECT_LT(number(k2.size), mpz_class(1) << 128) << k;
    }
}

TEST_P(KernelArithmetic, writes_digits_that_sum_to_the_number) {
    for (const mpz_class& x : operands()) {
        const mpz_class size = mod(x, mpz_class(1) << 128);
        for (const unsigned window : {a.point_window, a.generator_window})
            for (const bool negative : {false, true}) {
                const std::vector<short> digits = a.scalar_digits(words(size), negative, window);
                mpz_class sum = 0;
                for (size_t i = digits.size(); i-- > 0;) {
                    const int digit = digits[i];
                    sum = 2 * sum + digit;
                    EXPECT_LE(std::abs(digit), 1 << (window - 1));
                    EXPECT_TRUE(digit == 0 || (a.odd_digits ? digit % 2 != 0 : i % window == 0)) << digit;
                }
                EXPECT_EQ(sum, negative ? mpz_class(-size) : size) << size << " window " << window;
            }
    }
}

TEST_P(KernelArithmetic, multiplies_two_points) {
    const auto all = operands();
    std::mt19937_64 random{11};
    const auto expect = [&](const mpz_class& u1, const mpz_class& k, const mpz_class& u2) {
        const Point point = multiply(k, generator);
        const WordsPoint in{words(point->first), words(point->second)};
        const auto got = a.multiply_two(words(u1), in, words(u2));
        const Point expected = multiply(u1 + k * u2, generator);
        ASSERT_EQ(got.has_value(), expected.has_value()) << u1 << " " << k << " " << u2;
        if (!got) return;
        EXPECT_EQ(number(got->x), expected->first) << u1 << " " << k << " " << u2;
        EXPECT_EQ(number(got->y), expected->second) << u1 << " " << k << " " << u2;
    };
    for (int i = 0; i < 100; ++i) {
        const auto any = [&] { return mod(all[random() % all.size()], n); };
        expect(any(), any() % (n - 1) + 1, any());
    }
    for (const int k : {1, 2, 3, -1, -2})
        for (int u1 = -4; u1 <= 4; ++u1)
            for (int u2 = -4; u2 <= 4; ++u2) expect(mod(u1, n), mod(k, n), mod(u2, n));
}

INSTANTIATE_TEST_SUITE_P(Variants, KernelArithmetic,
                         testing::Values(&limbs64_int128(), &limbs64_portable(), &limbs32_sliding(),
                                         &limbs32_fixed()),
                         [](const auto& which) { return std::string(which.param->name); });

}  // namespace
}  // namespace warpevm::test
