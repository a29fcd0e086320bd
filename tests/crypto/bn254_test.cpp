// SPDX-License-Identifier: Apache-2.0
// The three precompiles of BN254 by their bytes: EIP-196, EIP-197, and go-ethereum's vectors where they are
// at hand.
#include "evm/crypto/bn254.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/crypto/bn254_support.hpp"

namespace warpevm::bn254::test {
namespace {

Bytes from_hex(const std::string& digits) {
    Bytes b;
    for (size_t i = 0; i + 1 < digits.size(); i += 2)
        b.push_back(static_cast<uint8_t>(std::stoi(digits.substr(i, 2), nullptr, 16)));
    return b;
}
Bytes word(const U256& a) {
    const Bytes32 b = to_bytes32(a);
    return {b.bytes.begin(), b.bytes.end()};
}
Bytes operator+(Bytes a, const Bytes& b) {
    append(a, b);
    return a;
}
Bytes encode(const Fp& a) {
    return word(a.value());
}
Bytes encode(const Fp2& a) {
    return encode(a.im) + encode(a.re);
}
template <class Point>
Bytes encode(const Point& a) {
    return encode(a.x) + encode(a.y);
}
Bytes encode(const G1& a, const Twist& b) {
    return encode(a) + encode(b);
}
G1 negate(const G1& a) {
    return {a.x, -a.y};
}

std::optional<Bytes> add(const Bytes& input) {
    Bytes output(64, 0xee);
    if (bn254::add(std::span<const uint8_t, 128>(input.data(), 128),
                   std::span<uint8_t, 64>(output.data(), 64)))
        return output;
    EXPECT_EQ(output, Bytes(64, 0xee));
    return std::nullopt;
}
std::optional<Bytes> mul(const Bytes& input) {
    Bytes output(64, 0xee);
    if (bn254::mul(std::span<const uint8_t, 96>(input.data(), 96), std::span<uint8_t, 64>(output.data(), 64)))
        return output;
    EXPECT_EQ(output, Bytes(64, 0xee));
    return std::nullopt;
}

const Bytes infinity(64);
const Bytes two_g = from_hex(
    "030644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd3"
    "15ed738c0e0a7c92e7845f96b2ae9c0a68a6a449e3538fc7ff3ebf7a5a18a2c4");

// Expected values were computed with integers of Python by the textbook's formulas.
TEST(Bn254Add, KnownSums) {
    const Bytes g = encode(g1_generator);
    EXPECT_EQ(add(g + g), two_g);
    EXPECT_EQ(add(from_hex("302417c27a0f9ce2d5204fd18ba483cfcd8164406bcea10df7d192d268bba76c"
                           "300f58d0b88576b0035c8601e547a95db69339d7ba895f502c0d2289c9166224") +
                  g),
              from_hex("17271847e78927888b75e5a54b0101f3a83571d1ed6e5cdad29f492afbb26878"
                       "2d6c3cbbae426e490810fa4651e593eda1894410efee408889ace4b6f92c92ed"));
    EXPECT_EQ(add(g + infinity), g);
    EXPECT_EQ(add(infinity + g), g);
    EXPECT_EQ(add(infinity + infinity), infinity);
    EXPECT_EQ(add(g + encode(negate(g1_generator))), infinity);
}

TEST(Bn254Mul, KnownProducts) {
    const Bytes g = encode(g1_generator);
    EXPECT_EQ(mul(g + word(2)), two_g);
    EXPECT_EQ(mul(g + from_hex("2fffffffffffffff5555555555555555fedcba9876543211123456789abcdef1")),
              from_hex("302417c27a0f9ce2d5204fd18ba483cfcd8164406bcea10df7d192d268bba76c"
                       "300f58d0b88576b0035c8601e547a95db69339d7ba895f502c0d2289c9166224"));
    EXPECT_EQ(mul(g + word(group_order)), infinity);
    EXPECT_EQ(mul(g + word(0)), infinity);
    EXPECT_EQ(mul(infinity + word(U256::max())), infinity);
    EXPECT_EQ(mul(g + word(U256::max())), encode(mul_slowly(g1_generator, to_mpz(U256::max()))));
}

TEST(Bn254Inputs, PointsOutsideG1AreRefused) {
    const Bytes g = encode(g1_generator);
    const Bytes bad[] = {
        word(field_prime) + word(0),
        word(0) + word(field_prime),
        word(field_prime) + word(field_prime),
        word(field_prime + U256{1}) + word(2),
        word(1) + word(field_prime + U256{2}),
        word(U256::max()) + word(2),
        word(1) + word(1),
        word(1) + word(0),
        word(0) + word(1),
    };
    for (const Bytes& point : bad) {
        EXPECT_EQ(add(point + g), std::nullopt);
        EXPECT_EQ(add(g + point), std::nullopt);
        EXPECT_EQ(mul(point + word(1)), std::nullopt);
        EXPECT_EQ(mul(point + word(0)), std::nullopt);
        EXPECT_EQ(pairing_check(point + encode(g2_generator)), std::nullopt);
        EXPECT_EQ(pairing_check(point + encode(Twist{})), std::nullopt);
    }
}

TEST(Bn254Inputs, PointsOutsideG2AreRefused) {
    const Bytes gx = encode(g2_generator.x), gy = encode(g2_generator.y);
    const Bytes half_p = word(field_prime) + word(0), p_half = word(0) + word(field_prime);
    const Bytes bad[] = {
        half_p + gy,
        gx + p_half,
        half_p + half_p,
        p_half + p_half,
        gx + gx,
        gx + encode(Fp2{}),
        encode(Fp2{}) + gy,
        // Real part first is the wrong order.
        encode(g2_generator.x.re) + encode(g2_generator.x.im) + encode(g2_generator.y.re) +
            encode(g2_generator.y.im),
        encode(twist_point(0)),
        encode(mul_slowly(twist_point(0), r)),
    };
    for (const Bytes& point : bad) {
        ASSERT_EQ(point.size(), 128U);
        EXPECT_EQ(pairing_check(encode(g1_generator) + point), std::nullopt);
        EXPECT_EQ(pairing_check(infinity + point), std::nullopt);
        EXPECT_EQ(pairing_check(encode(g1_generator, g2_generator) + encode(g1_generator) + point),
                  std::nullopt);
    }
}

TEST(Bn254Pairing, LengthMustBeWholePairs) {
    const Bytes pair = encode(g1_generator, g2_generator);
    for (size_t size : {1U, 64U, 191U}) EXPECT_EQ(pairing_check(BytesView(pair).first(size)), std::nullopt);
    EXPECT_EQ(pairing_check(pair + Bytes(1)), std::nullopt);
    EXPECT_EQ(pairing_check({}), true);
}

TEST(Bn254Pairing, InfinityPairsToOne) {
    EXPECT_EQ(pairing_check(encode(G1{}, g2_generator)), true);
    EXPECT_EQ(pairing_check(encode(g1_generator, Twist{})), true);
    EXPECT_EQ(pairing_check(encode(G1{}, Twist{})), true);
    const Bytes pair = encode(g1_generator, g2_generator);
    EXPECT_EQ(pairing_check(pair), false);
    EXPECT_EQ(pairing_check(pair + encode(G1{}, g2_generator)), false);
    EXPECT_EQ(pairing_check(encode(g1_generator, Twist{}) + pair), false);
    EXPECT_EQ(pairing_check(pair + encode(G1{}, Twist{}) + encode(negate(g1_generator), g2_generator)), true);
}

TEST(Bn254Pairing, IsBilinear) {
    Random random;
    for (int i = 0; i < 8; ++i) {
        const U256 a = random.scalar(), b = random.scalar();
        const U256 ab = to_u256(modulo(to_mpz(a) * to_mpz(b), r));
        const G1 ap = g1_generator * a, abp = g1_generator * ab;
        const Twist bq = mul_slowly(g2_generator, to_mpz(b));
        EXPECT_EQ(pairing_check(encode(ap, bq) + encode(negate(abp), g2_generator)), true);
        EXPECT_EQ(pairing_check(encode(ap, bq) + encode(abp, g2_generator)), false);
        EXPECT_EQ(pairing_check(encode(ap, bq) + encode(negate(abp + g1_generator), g2_generator)), false);
        EXPECT_EQ(pairing_check(encode(ap, bq) + encode(negate(ap), g2_generator) +
                                encode(negate(ap), add_slowly(bq, Twist{g2_generator.x, -g2_generator.y}))),
                  true);
    }
}

TEST(Bn254Pairing, ManyPairs) {
    // Sums of products of known logarithms, closed by the pair that makes the total zero; counts around the
    // batches.
    Random random;
    Bytes input;
    mpz_class total = 0;
    for (int count = 1; count <= 35; ++count) {
        const U256 a = random.scalar();
        const uint64_t b = static_cast<uint64_t>(count) * 7 + 1;
        append(input, encode(g1_generator * a, mul_slowly(g2_generator, mpz_class(b))));
        total += to_mpz(a) * mpz_class(b);
        if (count % 5 != 0 && count < 14) continue;
        const Bytes closing = encode(g1_generator * to_u256(modulo(-total, r)), g2_generator);
        EXPECT_EQ(pairing_check(input + closing), true) << count;
        EXPECT_EQ(pairing_check(closing + input), true) << count;
        EXPECT_EQ(pairing_check(input), false) << count;
        EXPECT_EQ(pairing_check(input + encode(g1_generator, twist_point(0))), std::nullopt) << count;
        EXPECT_EQ(pairing_check(encode(g1_generator, twist_point(0)) + input), std::nullopt) << count;
    }
}

/// WARPEVM_FIXTURES, else data/fixtures beside the folder of the test program.
std::filesystem::path go_ethereum_vectors() {
    const char* folder = std::getenv("WARPEVM_FIXTURES");
    const std::filesystem::path root =
        folder != nullptr
            ? std::filesystem::path(folder)
            : std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path() / "data/fixtures";
    return root / "go-ethereum/core/vm/testdata/precompiles";
}

class Bn254Vectors : public testing::TestWithParam<const char*> {};

TEST_P(Bn254Vectors, GoEthereum) {
    const std::string name = GetParam();
    const auto path = go_ethereum_vectors() / (name + ".json");
    std::ifstream file(path);
    if (!file) GTEST_SKIP() << "left out: no " << path << "; set WARPEVM_FIXTURES";
    const auto cases = nlohmann::json::parse(file);
    EXPECT_FALSE(cases.empty());
    for (const auto& c : cases) {
        SCOPED_TRACE(c.at("Name").get<std::string>());
        Bytes input = from_hex(c.at("Input").get<std::string>());
        const Bytes expected = from_hex(c.at("Expected").get<std::string>());
        if (name == "bn256Pairing") {
            const auto verdict = pairing_check(input);
            ASSERT_TRUE(verdict.has_value());
            EXPECT_EQ(word(*verdict ? 1 : 0), expected);
        } else {
            // Contracts 6 and 7 read missing bytes as zeros and no more than they need.
            input.resize(name == "bn256Add" ? 128 : 96);
            EXPECT_EQ(name == "bn256Add" ? add(input) : mul(input), expected);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Precompiles, Bn254Vectors,
                         testing::Values("bn256Add", "bn256ScalarMul", "bn256Pairing"));

}  // namespace
}  // namespace warpevm::bn254::test
