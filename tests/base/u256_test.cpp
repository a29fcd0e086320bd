// SPDX-License-Identifier: Apache-2.0
// Every operation on U256 against Boost.Multiprecision, on edge operands and on random ones.
#include "evm/base/u256.hpp"

#include <gtest/gtest.h>

#include <boost/multiprecision/cpp_int.hpp>
#include <ostream>
#include <random>
#include <vector>

namespace warpevm {

void PrintTo(const U256& a, std::ostream* os) {
    *os << to_decimal(a);
}

namespace {

using Big = boost::multiprecision::cpp_int;

const Big modulus = Big{1} << 256;
const Big half = Big{1} << 255;

Big big(const U256& a) {
    Big r = 0;
    for (int i = 3; i >= 0; --i) r = (r << 64) | a.limb[i];
    return r;
}
/// The value modulo 2^256, negative numbers as two's complement.
U256 wrap(Big a) {
    a %= modulus;
    if (a < 0) a += modulus;
    U256 r;
    for (uint64_t& limb : r.limb) {
        limb = static_cast<uint64_t>(a & ~uint64_t{0});
        a >>= 64;
    }
    return r;
}
Big signed_big(const U256& a) {
    return big(a) >= half ? big(a) - modulus : big(a);
}

/// Operands whose limbs are often zero, full, a power of two or one less, and often shifted.
class Operands {
  public:
    U256 next() {
        const U256 a{limb(), limb(), limb(), limb()};
        return m_random() % 2 ? a : a >> m_random() % 257;
    }
    uint64_t below(uint64_t n) { return m_random() % n; }

  private:
    uint64_t limb() {
        switch (m_random() % 6) {
            case 0: return 0;
            case 1: return ~0ULL;
            case 2: return 1ULL << m_random() % 64;
            case 3: return (1ULL << m_random() % 64) - 1;
            default: return m_random();
        }
    }
    std::mt19937_64 m_random{20240613};
};

const std::vector<U256>& edges() {
    static const std::vector<U256> values = [] {
        std::vector<U256> v{0, 1, 2, 3, U256::max(), U256::max() - 1};
        for (const unsigned k :
             {8U, 31U, 32U, 63U, 64U, 65U, 127U, 128U, 129U, 191U, 192U, 193U, 254U, 255U}) {
            v.push_back(U256{1} << k);
            v.push_back((U256{1} << k) - 1);
            v.push_back((U256{1} << k) + 1);
        }
        // Divisors and dividends for which algorithm D guesses a digit too high, or overflows in the guess.
        v.push_back({0, 0, ~0ULL, 1ULL << 63});
        v.push_back({~0ULL, ~0ULL, 0, 1ULL << 63});
        v.push_back({~0ULL, 0, 1ULL << 63, 0});
        v.push_back({0, ~0ULL - 1, 1ULL << 63, 0});
        v.push_back({3, 0, 1ULL << 63, 0});
        v.push_back({0, 0, 1ULL << 63, (1ULL << 63) - 1});
        v.push_back({1, 0, 0, 1ULL << 63});
        v.push_back({0, ~0ULL, ~0ULL, ~0ULL});
        return v;
    }();
    return values;
}

/// Calls f(a, b) on all pairs of edges and on 30 000 random pairs.
template <class F>
void for_pairs(F f) {
    for (const U256& a : edges())
        for (const U256& b : edges()) f(a, b);
    Operands operands;
    for (int i = 0; i < 30000; ++i) {
        U256 a = operands.next();
        const U256 b = operands.next();
        if (i % 5 == 0) {  // equal upper limbs: comparisons and digit guesses decide at the bottom
            a.limb[3] = b.limb[3];
            a.limb[2] = b.limb[2];
        }
        f(a, b);
    }
}

/// As for_pairs, on all triples of a third of the edges and on 30 000 random triples.
template <class F>
void for_triples(F f) {
    for (size_t i = 0; i < edges().size(); i += 3)
        for (size_t j = 0; j < edges().size(); j += 3)
            for (const U256& m : edges()) f(edges()[i], edges()[j], m);
    Operands operands;
    for (int i = 0; i < 30000; ++i) {
        const U256 m = operands.next();
        const U256 a = operands.next();
        const U256 b = operands.next();
        if (i % 2 == 0 && !m.is_zero())
            f(a % m, b % m, m);
        else
            f(a, b, m);
    }
}

TEST(U256, adds_and_subtracts) {
    for_pairs([](const U256& a, const U256& b) {
        const Big sum = big(a) + big(b);
        ASSERT_EQ(a + b, wrap(sum)) << to_decimal(a) << " + " << to_decimal(b);
        ASSERT_EQ(add_carry(a, b).carry, sum >= modulus);
        ASSERT_EQ(checked_add(a, b).has_value(), sum < modulus);
        ASSERT_EQ(a - b, wrap(big(a) - big(b))) << to_decimal(a) << " - " << to_decimal(b);
        ASSERT_EQ(sub_borrow(a, b).carry, big(a) < big(b));
        ASSERT_EQ(-a, wrap(-big(a)));
        ASSERT_EQ(~a, wrap(modulus - 1 - big(a)));
    });
}

TEST(U256, compares) {
    for_pairs([](const U256& a, const U256& b) {
        ASSERT_EQ(a < b, big(a) < big(b)) << to_decimal(a) << " < " << to_decimal(b);
        ASSERT_EQ(a > b, big(a) > big(b));
        ASSERT_EQ(a <= b, big(a) <= big(b));
        ASSERT_EQ(a >= b, big(a) >= big(b));
        ASSERT_EQ(a == b, big(a) == big(b));
        ASSERT_EQ((a <=> b) < 0, big(a) < big(b));
        ASSERT_EQ((a <=> b) > 0, big(a) > big(b));
        ASSERT_EQ(slt(a, b), signed_big(a) < signed_big(b)) << to_decimal(a) << " slt " << to_decimal(b);
    });
}

TEST(U256, combines_bits) {
    for_pairs([](const U256& a, const U256& b) {
        ASSERT_EQ(a & b, wrap(big(a) & big(b)));
        ASSERT_EQ(a | b, wrap(big(a) | big(b)));
        ASSERT_EQ(a ^ b, wrap(big(a) ^ big(b)));
    });
}

TEST(U256, multiplies) {
    for_pairs([](const U256& a, const U256& b) {
        const Big product = big(a) * big(b);
        ASSERT_EQ(a * b, wrap(product)) << to_decimal(a) << " * " << to_decimal(b);
        const std::optional<U256> checked = checked_mul(a, b);
        ASSERT_EQ(checked.has_value(), product < modulus);
        ASSERT_EQ(checked.value_or(wrap(product)), wrap(product));
    });
}

TEST(U256, divides) {
    for_pairs([](const U256& a, const U256& b) {
        const U256 quotient = b.is_zero() ? U256{} : wrap(big(a) / big(b));
        const U256 remainder = b.is_zero() ? U256{} : wrap(big(a) % big(b));
        ASSERT_EQ(a / b, quotient) << to_decimal(a) << " / " << to_decimal(b);
        ASSERT_EQ(a % b, remainder) << to_decimal(a) << " % " << to_decimal(b);
        const Divided both = divide(a, b);
        ASSERT_EQ(both.quotient, quotient);
        ASSERT_EQ(both.remainder, remainder);
    });
}

/// Dividends just around multiples of the divisor, where a digit guess is most likely to be wrong.
TEST(U256, divides_around_multiples) {
    Operands operands;
    for (int i = 0; i < 30000; ++i) {
        const U256 b = operands.next();
        if (b.is_zero()) continue;
        const U256 multiple = b * (operands.next() % (U256::max() / b));
        for (const U256& a : {multiple, multiple - 1, multiple + 1, multiple + b - 1}) {
            ASSERT_EQ(a / b, wrap(big(a) / big(b))) << to_decimal(a) << " / " << to_decimal(b);
            ASSERT_EQ(a % b, wrap(big(a) % big(b))) << to_decimal(a) << " % " << to_decimal(b);
        }
    }
}

TEST(U256, divides_with_signs) {
    for_pairs([](const U256& a, const U256& b) {
        const Big x = signed_big(a);
        const Big y = signed_big(b);
        ASSERT_EQ(sdiv(a, b), b.is_zero() ? U256{} : wrap(x / y))
            << to_decimal(a) << " sdiv " << to_decimal(b);
        ASSERT_EQ(smod(a, b), b.is_zero() ? U256{} : wrap(x % y))
            << to_decimal(a) << " smod " << to_decimal(b);
    });
    const U256 lowest = U256{1} << 255;
    EXPECT_EQ(sdiv(lowest, U256::max()), lowest);
    EXPECT_EQ(smod(lowest, U256::max()), U256{});
}

TEST(U256, adds_and_multiplies_modulo) {
    for_triples([](const U256& a, const U256& b, const U256& m) {
        const auto reduced = [&](const Big& x) { return m.is_zero() ? U256{} : wrap(x % big(m)); };
        ASSERT_EQ(addmod(a, b, m), reduced(big(a) + big(b)))
            << to_decimal(a) << " + " << to_decimal(b) << " mod " << to_decimal(m);
        ASSERT_EQ(mulmod(a, b, m), reduced(big(a) * big(b)))
            << to_decimal(a) << " * " << to_decimal(b) << " mod " << to_decimal(m);
    });
}

TEST(U256, raises_to_powers) {
    const auto check = [](const U256& a, const U256& e) {
        ASSERT_EQ(exp(a, e), wrap(powm(big(a), big(e), modulus))) << to_decimal(a) << " ** " << to_decimal(e);
    };
    for (const U256& a : edges())
        for (const U256& e : edges()) check(a, e);
    for (uint64_t a = 0; a < 20; ++a)
        for (uint64_t e = 0; e < 300; ++e) check(a, e);
    Operands operands;
    for (int i = 0; i < 20000; ++i) {
        const U256 a = operands.next();
        check(a, operands.next() >> operands.below(257));
    }
}

TEST(U256, shifts) {
    const auto check = [](const U256& a, const U256& n) {
        const unsigned k = n < U256{256} ? static_cast<unsigned>(n.limb[0]) : 256;
        ASSERT_EQ(shl(a, n), wrap(big(a) << k)) << to_decimal(a) << " << " << to_decimal(n);
        ASSERT_EQ(shr(a, n), wrap(big(a) >> k)) << to_decimal(a) << " >> " << to_decimal(n);
        // Boost's >> truncates toward zero on negative numbers, SAR rounds down.
        const U256 down = a.negative() ? ~wrap(big(~a) >> k) : wrap(big(a) >> k);
        ASSERT_EQ(sar(a, n), down) << to_decimal(a) << " sar " << to_decimal(n);
    };
    Operands operands;
    for (unsigned k = 0; k < 300; ++k) {
        for (const U256& a : edges()) check(a, k);
        for (int i = 0; i < 100; ++i) check(operands.next(), k);
    }
    for_pairs(check);
}

TEST(U256, extends_signs_and_picks_bytes) {
    const auto check = [](const U256& value, const U256& index) {
        const unsigned i = index < U256{32} ? static_cast<unsigned>(index.limb[0]) : 32;
        U256 extended = value;
        if (i < 31) {
            const Big unit = Big{1} << (8 * i + 8);
            Big x = big(value) % unit;
            if (x >= unit / 2) x -= unit;
            extended = wrap(x);
        }
        ASSERT_EQ(signextend(index, value), extended) << to_decimal(index) << ", " << to_decimal(value);
        const U256 picked = i == 32 ? U256{} : wrap((big(value) >> (8 * (31 - i))) & 0xff);
        ASSERT_EQ(byte(index, value), picked) << to_decimal(index) << ", " << to_decimal(value);
    };
    Operands operands;
    for (uint64_t i = 0; i < 40; ++i) {
        for (const U256& a : edges()) check(a, i);
        for (int k = 0; k < 500; ++k) check(operands.next(), i);
    }
    for_pairs(check);
}

TEST(U256, counts_bits) {
    for_pairs([](const U256& a, const U256&) {
        const unsigned length = a.is_zero() ? 0 : static_cast<unsigned>(msb(big(a))) + 1;
        ASSERT_EQ(a.bit_length(), length);
        ASSERT_EQ(clz(a), 256 - length);
        ASSERT_EQ(a.byte_length(), (length + 7) / 8);
        ASSERT_EQ(a.fits_u64(), length <= 64);
        ASSERT_EQ(a.saturated_u64(), length <= 64 ? a.limb[0] : ~0ULL);
        for (unsigned i = 0; i < 256; i += 17) ASSERT_EQ(a.bit(i), bit_test(big(a), i));
    });
}

TEST(U256, reads_and_writes_decimals) {
    for_pairs([](const U256& a, const U256&) {
        const std::string s = big(a).str();
        ASSERT_EQ(to_decimal(a), s);
        ASSERT_EQ(from_decimal(s), a);
    });
    EXPECT_EQ(from_decimal(Big{modulus - 1}.str()), U256::max());
    EXPECT_EQ(from_decimal(modulus.str()), std::nullopt);
    EXPECT_EQ(from_decimal(Big{modulus * 10}.str()), std::nullopt);
    EXPECT_EQ(from_decimal("007"), U256{7});
    for (const char* wrong : {"", " 1", "1 ", "-1", "+1", "0x1", "1a", "1.0"})
        EXPECT_EQ(from_decimal(wrong), std::nullopt) << wrong;
}

TEST(U256, loads_and_stores_big_endian) {
    Bytes32 b;
    for (size_t i = 0; i < 32; ++i) b.bytes[i] = static_cast<uint8_t>(i + 1);
    const U256 a{0x191a1b1c1d1e1f20, 0x1112131415161718, 0x090a0b0c0d0e0f10, 0x0102030405060708};
    EXPECT_EQ(to_u256(b), a);
    EXPECT_EQ(to_bytes32(a), b);
    EXPECT_EQ(load_be_short(b), a);
    for (size_t n = 0; n <= 32; ++n)
        EXPECT_EQ(load_be_short(BytesView{b.bytes}.first(n)), n == 0 ? U256{} : a >> (256 - 8 * n)) << n;
    EXPECT_EQ(to_u256(to_address(a)), a & ((U256{1} << 160) - 1));
    EXPECT_EQ(to_u256(Address::from_low(9)), U256{9});
}

TEST(U256, computes_at_compile_time) {
    constexpr U256 a = (U256{1} << 200) - 1;
    static_assert(a + 1 == U256{1} << 200);
    static_assert(a * a == U256{1} - (U256{1} << 201));  // 2^400 vanishes
    static_assert(a < a + 1 && slt(-a, a));
    static_assert(sar(U256::max() << 8, 4) == U256::max() << 4);
    static_assert(signextend(0, 0x80) == ~U256{0x7f});
    EXPECT_EQ(U256{a} * U256{a}, a * a);  // and the same at run time
}

}  // namespace
}  // namespace warpevm
