// SPDX-License-Identifier: Apache-2.0
// KZG openings of polynomials whose proofs can be written down: constants and X itself.
#include "evm/crypto/kzg.hpp"

#include <gtest/gtest.h>

#include "evm/base/hex.hpp"
#include "evm/base/u256.hpp"

namespace warpevm {
namespace {

using Compressed = std::array<uint8_t, 48>;

Compressed point(std::string_view hex) {
    const Bytes bytes = bytes_from_hex(hex).value();
    Compressed result{};
    std::copy(bytes.begin(), bytes.end(), result.begin());
    return result;
}

const Compressed g1 =
    point("97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb");
/// tau*G1: the second point of the mainnet trusted setup in monomial form.
const Compressed tau_g1 =
    point("ad3eb50121139aa34db1d545093ac9374ab7bca2c0f3bf28e27c8dcd8fc7cb42d25926fc0c97b336e9f0fb35e5a04c81");
const Compressed infinity =
    point("c00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000");
const U256 order{0xffffffff00000001ULL, 0x53bda402fffe5bfeULL, 0x3339d80809a1d805ULL, 0x73eda753299d7d48ULL};

bool verify(const Compressed& commitment, const U256& z, const U256& y, const Compressed& proof) {
    return verify_kzg_opening({commitment, to_bytes32(z), to_bytes32(y), proof});
}

TEST(Kzg, TheIdentityPolynomial) {
    // p(X) = X is committed to by tau*G1; p(X) - p(z) over X - z is 1, so the proof is G1. This ties the
    // constant tau*G2 in the product to the setup's tau.
    for (const U256& z : {U256{0}, U256{1}, U256{123456789}, order - U256{1}}) {
        EXPECT_TRUE(verify(tau_g1, z, z, g1));
        EXPECT_FALSE(verify(tau_g1, z, 7, g1));
        EXPECT_FALSE(verify(g1, z, z, g1));
        EXPECT_FALSE(verify(tau_g1, z, z, tau_g1));
    }
}

TEST(Kzg, ConstantPolynomialsHaveInfinityAsTheirProof) {
    EXPECT_TRUE(verify(g1, 42, 1, infinity));
    EXPECT_FALSE(verify(g1, 42, 2, infinity));
    EXPECT_TRUE(verify(infinity, 42, 0, infinity));
    EXPECT_FALSE(verify(infinity, 42, 1, infinity));
    EXPECT_FALSE(verify(g1, 42, 1, g1));
}

TEST(Kzg, RefusesScalarsThatAreEqualOnlyModuloTheOrder) {
    EXPECT_TRUE(verify(g1, 0, 1, infinity));
    EXPECT_FALSE(verify(g1, order, 1, infinity));
    EXPECT_FALSE(verify(g1, 0, order + U256{1}, infinity));
    EXPECT_FALSE(verify(g1, U256::max(), 1, infinity));
}

TEST(Kzg, RefusesWrongPoints) {
    Compressed uncompressed_flag = g1;
    uncompressed_flag[0] &= 0x7f;
    EXPECT_FALSE(verify(uncompressed_flag, 0, 1, infinity));

    Compressed infinity_with_digits = infinity;
    infinity_with_digits[47] = 1;
    EXPECT_FALSE(verify(g1, 0, 1, infinity_with_digits));

    // (0, 2) is on the curve y^2 = x^3 + 4, but its order is 3.
    Compressed outside_subgroup{};
    outside_subgroup[0] = 0x80;
    EXPECT_FALSE(verify(outside_subgroup, 0, 1, infinity));
    EXPECT_FALSE(verify(g1, 0, 1, outside_subgroup));

    // x = 1 is on no point: 5 has no square root modulo p.
    Compressed off_curve = outside_subgroup;
    off_curve[47] = 1;
    EXPECT_FALSE(verify(off_curve, 0, 1, infinity));
}

}  // namespace
}  // namespace warpevm
