// SPDX-License-Identifier: Apache-2.0
// Modular exponentiation against square-and-multiply over our own 256-bit arithmetic, and at the edges.
#include "evm/crypto/modexp.hpp"

#include <gtest/gtest.h>

#include <random>

#include "evm/base/hex.hpp"
#include "evm/base/u256.hpp"

namespace warpevm {
namespace {

std::string power(BytesView base, BytesView exponent, BytesView modulus) {
    Bytes result(modulus.size(), 0xee);
    modexp({base, exponent, modulus}, result);
    return to_hex(result);
}
Bytes hex(std::string_view s) {
    return bytes_from_hex(s).value();
}

U256 square_and_multiply(U256 base, const U256& exponent, const U256& modulus) {
    U256 result = U256{1} % modulus;
    for (unsigned i = 0; i < exponent.bit_length(); ++i) {
        if (exponent.bit(i)) result = mulmod(result, base, modulus);
        base = mulmod(base, base, modulus);
    }
    return result;
}

TEST(Modexp, AgreesWithSquareAndMultiply) {
    std::mt19937_64 random{7};
    for (int i = 0; i < 200; ++i) {
        const auto number = [&] {
            return U256{random(), random(), random(), random()} >> static_cast<unsigned>(random() % 256);
        };
        const U256 base = number(), exponent = number();
        U256 modulus = number();
        if (modulus.is_zero()) modulus = 1;
        const Bytes32 b = to_bytes32(base), e = to_bytes32(exponent), m = to_bytes32(modulus);
        EXPECT_EQ(to_hex(to_bytes32(square_and_multiply(base, exponent, modulus))), power(b, e, m));
    }
}

TEST(Modexp, SmallModuliWithLongExponents) {
    std::mt19937_64 random{8};
    for (uint64_t m = 1; m <= 66000; m += m < 1100 ? 1 : 97) {
        const U256 exponent = U256{random(), random(), random(), 1 + random() % 3};
        const U256 base = random() % (2 * m);
        const Bytes32 b = to_bytes32(base), e = to_bytes32(exponent), modulus = to_bytes32(m);
        ASSERT_EQ(to_hex(to_bytes32(square_and_multiply(base, exponent, m))), power(b, e, modulus)) << m;
    }
}

TEST(Modexp, FermatForThePrimeOfSecp256k1) {
    // EIP-198's first example: 3^(p - 1) mod p = 1.
    EXPECT_EQ("0x0000000000000000000000000000000000000000000000000000000000000001",
              power(hex("03"), hex("fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2e"),
                    hex("fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f")));
}

TEST(Modexp, Edges) {
    EXPECT_EQ("0x", power(hex("02"), hex("03"), {}));
    EXPECT_EQ("0x0000", power(hex("02"), hex("03"), hex("0000"))) << "modulo zero";
    EXPECT_EQ("0x00", power(hex("02"), hex("03"), hex("01"))) << "modulo one";
    EXPECT_EQ("0x00", power({}, {}, hex("01"))) << "0^0 modulo one";
    EXPECT_EQ("0x0001", power({}, {}, hex("0007"))) << "0^0";
    EXPECT_EQ("0x01", power(hex("05"), hex("0000"), hex("07"))) << "exponent zero";
    EXPECT_EQ("0x00", power({}, hex("05"), hex("07"))) << "base zero";
    EXPECT_EQ("0x01", power(hex("0000000008"), hex("03"), hex("07")))
        << "base above the modulus, leading zeros";
    EXPECT_EQ("0x00000000", power(hex("10"), hex("08"), hex("00010000"))) << "power of two";
}

}  // namespace
}  // namespace warpevm
