// SPDX-License-Identifier: Apache-2.0
// Hexadecimal as JSON writes it: both forms, both cases, and what must be refused.
#include "evm/base/hex.hpp"

#include <gtest/gtest.h>

#include <random>

namespace warpevm {
namespace {

TEST(Hex, writes_data) {
    EXPECT_EQ(to_hex({}), "0x");
    EXPECT_EQ(to_hex(Bytes{0x00, 0x0f, 0xa0, 0xff}), "0x000fa0ff");
}

TEST(Hex, reads_data_with_and_without_prefix) {
    EXPECT_EQ(bytes_from_hex("0x"), Bytes{});
    EXPECT_EQ(bytes_from_hex(""), Bytes{});
    EXPECT_EQ(bytes_from_hex("0x00aBfF"), (Bytes{0x00, 0xab, 0xff}));
    EXPECT_EQ(bytes_from_hex("00aBfF"), (Bytes{0x00, 0xab, 0xff}));
}

TEST(Hex, refuses_wrong_digits_and_odd_counts) {
    for (const char* wrong : {"0x0", "0x0g", "g0", "0x0 ", " 0", "0x00x0", "0x-1", "0x123"})
        EXPECT_EQ(bytes_from_hex(wrong), std::nullopt) << wrong;
    for (int c = 0; c < 256; ++c) {
        const bool digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        const char text = static_cast<char>(c);
        EXPECT_EQ(bytes_from_hex(std::string{text, '0'}).has_value(), digit) << c;
        EXPECT_EQ(bytes_from_hex(std::string{'0', text}).has_value(), digit || c == 'x' || c == 'X') << c;
        EXPECT_EQ(u256_from_hex(std::string{'0', 'x', text}).has_value(), digit) << c;
    }
}

TEST(Hex, reads_what_it_writes) {
    std::mt19937_64 random{5};
    for (size_t n = 0; n < 100; ++n) {
        Bytes b(n);
        for (uint8_t& x : b) x = static_cast<uint8_t>(random());
        EXPECT_EQ(bytes_from_hex(to_hex(b)), b);
    }
    for (int i = 0; i < 1000; ++i) {
        const U256 a = U256{random(), random(), random(), random()} >> random() % 257;
        EXPECT_EQ(u256_from_hex(to_quantity(a)), a);
        EXPECT_EQ(u256_from_hex(to_hex(to_bytes32(a))), a);
        EXPECT_EQ(to_quantity(a.limb[0]), to_quantity(U256{a.limb[0]}));
        EXPECT_EQ(bytes32_from_hex(to_hex(to_bytes32(a))), to_bytes32(a));
        EXPECT_EQ(address_from_hex(to_hex(to_address(a))), to_address(a));
    }
}

TEST(Hex, writes_quantities_without_leading_zeros) {
    EXPECT_EQ(to_quantity(uint64_t{0}), "0x0");
    EXPECT_EQ(to_quantity(uint64_t{0x0fedcba987654321}), "0xfedcba987654321");
    EXPECT_EQ(to_quantity(U256{1} << 252), "0x1" + std::string(63, '0'));
    EXPECT_EQ(to_quantity(U256::max()), "0x" + std::string(64, 'f'));
}

TEST(Hex, reads_quantities) {
    EXPECT_EQ(u256_from_hex("0x0"), U256{});
    EXPECT_EQ(u256_from_hex("0x0000"), U256{});
    EXPECT_EQ(u256_from_hex("0xDe0B6b3a7640000"), U256{1'000'000'000'000'000'000});
    EXPECT_EQ(u256_from_hex("0x" + std::string(40, '0') + std::string(64, 'f')), U256::max());
    EXPECT_EQ(u256_from_hex("0x1" + std::string(64, '0')), std::nullopt);
    for (const char* wrong : {"", "0x", "0", "12", "0xg", "0x 1", "x1", "-0x1", "0x1."})
        EXPECT_EQ(u256_from_hex(wrong), std::nullopt) << wrong;
}

TEST(Hex, reads_only_the_exact_length_of_fixed_values) {
    const std::string twenty(40, 'a');
    EXPECT_TRUE(address_from_hex("0x" + twenty).has_value());
    EXPECT_TRUE(address_from_hex(twenty).has_value());
    EXPECT_EQ(address_from_hex("0x" + twenty + "aa"), std::nullopt);
    EXPECT_EQ(address_from_hex("0x" + twenty.substr(2)), std::nullopt);
    EXPECT_EQ(address_from_hex("0x" + twenty.substr(1)), std::nullopt);
    EXPECT_EQ(address_from_hex("0x" + twenty.substr(1) + "g"), std::nullopt);
    EXPECT_EQ(bytes32_from_hex("0x" + twenty), std::nullopt);
}

}  // namespace
}  // namespace warpevm
