// SPDX-License-Identifier: Apache-2.0
// RLP: what is written reads back, and each malformed form has its own error at its own offset.
#include "evm/codec/rlp.hpp"

#include <gtest/gtest.h>

#include "evm/base/hex.hpp"
#include "tests/codec/random_values.hpp"

namespace warpevm {
namespace {

Bytes hex(std::string_view s) {
    return bytes_from_hex(s).value();
}

std::string written(BytesView s) {
    return to_hex(rlp::Writer().string(s).bytes());
}

TEST(RlpWriter, strings) {
    EXPECT_EQ(written({}), "0x80");
    EXPECT_EQ(written(hex("00")), "0x00");
    EXPECT_EQ(written(hex("7f")), "0x7f");
    EXPECT_EQ(written(hex("80")), "0x8180");
    EXPECT_EQ(written(hex("646f67")), "0x83646f67");
    const Bytes short_most(55, 0xaa), long_least(56, 0xaa), two_byte_length(256, 0xaa);
    EXPECT_EQ(written(short_most), "0xb7" + to_hex(short_most).substr(2));
    EXPECT_EQ(written(long_least), "0xb838" + to_hex(long_least).substr(2));
    EXPECT_EQ(written(two_byte_length), "0xb90100" + to_hex(two_byte_length).substr(2));
    for (const size_t size : {0, 1, 55, 56, 255, 256, 65536})
        EXPECT_EQ(rlp::string_size(Bytes(size, 0x90)), rlp::Writer().string(Bytes(size, 0x90)).bytes().size())
            << size;
}

TEST(RlpWriter, numbers_have_no_leading_zeros) {
    EXPECT_EQ(to_hex(rlp::Writer().u64(0).u64(1).u64(127).u64(128).u64(0x400).bytes()), "0x80017f8180820400");
    EXPECT_EQ(to_hex(rlp::Writer().u256(U256::max()).bytes()), "0xa0" + std::string(64, 'f'));
}

TEST(RlpWriter, lists_nest_and_grow_long_headers) {
    rlp::Writer out;
    const size_t outer = out.begin_list();
    const size_t empty = out.begin_list();
    out.end_list(empty);
    const size_t inner = out.begin_list();
    out.string(Bytes(60, 1)).end_list(inner).end_list(outer);
    EXPECT_EQ(to_hex(out.bytes()), "0xf841c0f83eb83c" + to_hex(Bytes(60, 1)).substr(2));
    EXPECT_EQ(to_hex(rlp::Writer().list_of_size(0).bytes()), "0xc0");
    EXPECT_EQ(to_hex(rlp::Writer().list_of_size(1024).bytes()), "0xf90400");
}

TEST(RlpReader, reads_what_was_written) {
    test::RandomValues random(1);
    for (int i = 0; i < 2000; ++i) {
        const uint64_t small = random.u64();
        const U256 large = random.u256();
        const Bytes text = random.bytes(300);
        const Address address = random.address();
        const Hash hash = random.hash();
        rlp::Writer out;
        const size_t list = out.begin_list();
        out.u64(small).u256(large).string(text).string(address).string(hash).end_list(list);
        rlp::Reader whole(out.bytes());
        auto reader = whole.list().value();
        EXPECT_TRUE(whole.empty());
        EXPECT_EQ(reader.u64().value(), small);
        EXPECT_EQ(reader.u256().value(), large);
        EXPECT_TRUE(equal(reader.string().value(), text));
        EXPECT_EQ(reader.address().value(), address);
        EXPECT_FALSE(reader.finish());
        EXPECT_EQ(reader.bytes32().value(), hash);
        EXPECT_TRUE(reader.finish());
        EXPECT_TRUE(rlp::validate(out.bytes()));
    }
}

struct Malformed {
    const char* what;
    const char* input;
    ErrorCode code;
    size_t offset;
};

class RlpMalformed : public testing::TestWithParam<Malformed> {};

TEST_P(RlpMalformed, is_refused_with_code_and_offset) {
    const auto result = rlp::validate(hex(GetParam().input));
    ASSERT_FALSE(result) << GetParam().what;
    EXPECT_EQ(result.error(), (Error{GetParam().code, "at byte " + std::to_string(GetParam().offset)}));
}

INSTANTIATE_TEST_SUITE_P(
    Forms, RlpMalformed,
    testing::Values(
        Malformed{"nothing", "", ErrorCode::rlp_too_short, 0},
        Malformed{"a string without its bytes", "83646f", ErrorCode::rlp_too_short, 0},
        Malformed{"a list without its bytes", "c3c0", ErrorCode::rlp_too_short, 0},
        Malformed{"a long string without its length", "b9ff", ErrorCode::rlp_too_short, 0},
        Malformed{"a long string without its bytes", "b838aa", ErrorCode::rlp_too_short, 0},
        Malformed{"a length of 2^64 - 1", "bfffffffffffffffff", ErrorCode::rlp_too_short, 0},
        Malformed{"a list length of 2^64 - 1", "ffffffffffffffffffc0", ErrorCode::rlp_too_short, 0},
        Malformed{"an item longer than its list, though the input goes on", "c4c18180",
                  ErrorCode::rlp_too_short, 0},
        Malformed{"an inner item longer than its list", "c4c2820102", ErrorCode::rlp_too_short, 2},
        Malformed{"bytes after the item", "c000", ErrorCode::rlp_trailing_bytes, 1},
        Malformed{"a small byte with a header", "8100", ErrorCode::rlp_non_canonical, 0},
        Malformed{"the same inside a list", "c4c3c0817f", ErrorCode::rlp_non_canonical, 3},
        Malformed{"a long length below 56", "b80100", ErrorCode::rlp_non_canonical, 0},
        Malformed{"a long list length below 56", "f80100", ErrorCode::rlp_non_canonical, 0},
        Malformed{"a length with a leading zero", "b90038aa", ErrorCode::rlp_non_canonical, 0},
        Malformed{"a list length with a leading zero", "f90038aa", ErrorCode::rlp_non_canonical, 0}));

Bytes nested(size_t depth) {
    Bytes out;
    rlp::Writer header;
    for (size_t i = 0; i < depth; ++i) {
        header.list_of_size(out.size());
        Bytes wrapped = header.take();
        append(wrapped, out);
        out = std::move(wrapped);
        header.clear();
    }
    return out;
}

TEST(RlpValidate, refuses_deep_nesting_without_recursion) {
    EXPECT_TRUE(rlp::validate(nested(rlp::max_depth)));
    const auto result = rlp::validate(nested(rlp::max_depth + 1));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::rlp_too_deep);
}

TEST(RlpReader, numbers) {
    const auto u64_error = [](std::string_view s) { return rlp::Reader(hex(s)).u64().error().code; };
    EXPECT_EQ(rlp::Reader(hex("88ffffffffffffffff")).u64().value(), ~uint64_t{0});
    EXPECT_EQ(u64_error("89010000000000000000"), ErrorCode::rlp_number_too_large);
    EXPECT_EQ(u64_error("00"), ErrorCode::rlp_leading_zero);
    EXPECT_EQ(u64_error("820001"), ErrorCode::rlp_leading_zero);
    EXPECT_EQ(u64_error("c0"), ErrorCode::rlp_unexpected_kind);
    const Bytes large = hex("a101" + std::string(64, '0'));
    EXPECT_EQ(rlp::Reader(large).u256().error().code, ErrorCode::rlp_number_too_large);
}

TEST(RlpReader, kinds_sizes_and_counts) {
    const Bytes nineteen = rlp::Writer().string(Bytes(19, 1)).take();
    EXPECT_EQ(rlp::Reader(nineteen).address().error(),
              (Error{ErrorCode::rlp_wrong_size, "at byte 0: 19 bytes instead of 20"}));
    EXPECT_EQ(rlp::Reader(nineteen).bytes32().error().code, ErrorCode::rlp_wrong_size);
    EXPECT_EQ(rlp::Reader(nineteen, 7).list().error(), (Error{ErrorCode::rlp_unexpected_kind, "at byte 7"}));
    EXPECT_EQ(rlp::Reader({}).next().error().code, ErrorCode::rlp_wrong_count);
    EXPECT_EQ(rlp::Reader(nineteen).finish().error().code, ErrorCode::rlp_wrong_count);
}

TEST(RlpReader, items_know_where_they_stood) {
    const Bytes input = hex("c7820102c3030405");
    auto list = rlp::Reader(input).list().value();
    const auto first = list.next().value();
    const auto second = list.next().value();
    EXPECT_EQ(first.offset, 1U);
    EXPECT_EQ(to_hex(first.whole), "0x820102");
    EXPECT_EQ(second.offset, 4U);
    EXPECT_EQ(to_hex(second.payload), "0x030405");
    EXPECT_TRUE(second.is_list);
}

}  // namespace
}  // namespace warpevm
