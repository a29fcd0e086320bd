// SPDX-License-Identifier: Apache-2.0
// Transactions on the wire: every type goes out and back, and what is not well-formed is refused with its
// reason.
#include <gtest/gtest.h>

#include "evm/base/hex.hpp"
#include "evm/codec/rlp.hpp"
#include "evm/codec/wire.hpp"
#include "tests/codec/random_values.hpp"

namespace warpevm {
namespace {

using test::RandomValues;

class EveryType : public testing::TestWithParam<int> {
  protected:
    [[nodiscard]] TxType type() const { return static_cast<TxType>(GetParam()); }
};

TEST_P(EveryType, decodes_to_what_was_encoded) {
    RandomValues random(2);
    for (int i = 0; i < 1000; ++i) {
        const Transaction tx = random.transaction(type());
        const Bytes encoded = encode_transaction(tx);
        const auto decoded = decode_transaction(encoded);
        ASSERT_TRUE(decoded) << to_string(decoded.error());
        EXPECT_EQ(*decoded, tx);
        EXPECT_EQ(encode_transaction(*decoded), encoded);
    }
}

TEST_P(EveryType, refuses_every_truncation_and_an_extra_byte) {
    RandomValues random(3);
    Bytes encoded = encode_transaction(random.transaction(type()));
    for (size_t size = 0; size < encoded.size(); ++size)
        EXPECT_FALSE(decode_transaction(BytesView(encoded).first(size))) << size;
    encoded.push_back(0);
    EXPECT_EQ(decode_transaction(encoded).error().code, ErrorCode::rlp_trailing_bytes);
}

/// Takes the fields of a transaction apart so that one can be replaced, left out or doubled.
struct Fields {
    Bytes type;
    std::vector<Bytes> items;

    explicit Fields(const Transaction& tx) {
        const Bytes encoded = encode_transaction(tx);
        const size_t start = tx.type == TxType::legacy ? 0 : 1;
        type.assign(encoded.begin(), encoded.begin() + static_cast<std::ptrdiff_t>(start));
        auto reader = rlp::Reader(BytesView(encoded).subspan(start)).list().value();
        while (!reader.empty()) {
            const BytesView item = reader.next().value().whole;
            items.emplace_back(item.begin(), item.end());
        }
    }
    [[nodiscard]] Bytes joined() const {
        rlp::Writer out;
        out.raw(type);
        const size_t list = out.begin_list();
        for (const Bytes& item : items) out.raw(item);
        return out.end_list(list).take();
    }
    [[nodiscard]] Error error_with(size_t field, std::string_view item) const {
        Fields changed = *this;
        changed.items.at(field) = bytes_from_hex(item).value();
        const auto decoded = decode_transaction(changed.joined());
        return decoded ? Error{} : decoded.error();
    }
};

TEST_P(EveryType, refuses_missing_and_additional_fields) {
    RandomValues random(4);
    const Fields fields(random.transaction(type()));
    Fields fewer = fields, more = fields;
    fewer.items.pop_back();
    more.items.push_back({0x01});
    EXPECT_EQ(decode_transaction(fewer.joined()).error().code, ErrorCode::rlp_wrong_count);
    EXPECT_EQ(decode_transaction(more.joined()).error().code, ErrorCode::rlp_wrong_count);
}

TEST_P(EveryType, refuses_each_field_of_the_other_kind) {
    RandomValues random(5);
    const Fields fields(random.transaction(type()));
    for (size_t i = 0; i < fields.items.size(); ++i) {
        const bool is_list = fields.items[i][0] >= 0xc0;
        EXPECT_FALSE(decode_transaction(fields.joined()) &&
                     fields.error_with(i, is_list ? "01" : "c0") == Error{})
            << i;
    }
}

INSTANTIATE_TEST_SUITE_P(Types, EveryType, testing::Range(0, 5));

constexpr auto word = "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";

TEST(TransactionFields, legacy_ranges) {
    const Fields fields(Transaction{.r = 1, .s = 1});
    EXPECT_EQ(fields.error_with(0, "88ffffffffffffffff"), Error{})
        << "the largest nonce is well-formed (EIP-2681 is validity)";
    EXPECT_EQ(fields.error_with(0, "89010000000000000000"),
              (Error{ErrorCode::rlp_number_too_large, "nonce at byte 1"}));
    EXPECT_EQ(fields.error_with(0, "8200ff").code, ErrorCode::rlp_leading_zero);
    EXPECT_EQ(fields.error_with(1, std::string("a0") + word), Error{});
    EXPECT_EQ(fields.error_with(1, std::string("a101") + word).code, ErrorCode::rlp_number_too_large);
    EXPECT_EQ(fields.error_with(2, "89010000000000000000").code, ErrorCode::rlp_number_too_large);
    EXPECT_EQ(fields.error_with(3, "9300000000000000000000000000000000000000").code,
              ErrorCode::rlp_wrong_size);
    EXPECT_EQ(fields.error_with(3, "95000000000000000000000000000000000000000000").code,
              ErrorCode::rlp_wrong_size);
    EXPECT_EQ(fields.error_with(4, std::string("a101") + word).code, ErrorCode::rlp_number_too_large);
    EXPECT_EQ(fields.error_with(5, "c0").code, ErrorCode::rlp_unexpected_kind);
    EXPECT_EQ(fields.error_with(7, "a0" + std::string(64, '0')).code, ErrorCode::rlp_leading_zero);
}

TEST(TransactionFields, v_of_legacy_signatures) {
    const auto decoded = [](const U256& v) {
        Fields fields(Transaction{});
        fields.items[6] = rlp::Writer().u256(v).take();
        return decode_transaction(fields.joined());
    };
    for (const uint64_t v : {0, 1, 26, 29, 34})
        EXPECT_EQ(decoded(v).error().code, ErrorCode::tx_bad_signature) << v;
    EXPECT_EQ(decoded(27)->chain_id, std::nullopt);
    EXPECT_EQ(decoded(28)->y_parity, 1);
    EXPECT_EQ(decoded(35)->chain_id, 0);
    EXPECT_EQ(decoded(38)->chain_id, 1);
    EXPECT_EQ(decoded(38)->y_parity, 1);
    const U256 largest = (U256(~uint64_t{0}) << 1) + U256(36);
    EXPECT_EQ(decoded(largest)->chain_id, ~uint64_t{0});
    EXPECT_EQ(decoded(largest + U256(1)).error().code, ErrorCode::tx_wrong_chain_id);
    EXPECT_EQ(decoded(U256::max()).error().code, ErrorCode::tx_wrong_chain_id);
}

TEST(TransactionFields, typed_ranges) {
    const Fields access_list(Transaction{.type = TxType::access_list, .chain_id = 1});
    EXPECT_EQ(access_list.error_with(8, "02").code, ErrorCode::tx_bad_signature) << "y parity";
    EXPECT_EQ(access_list.error_with(8, "01"), Error{});
    EXPECT_EQ(access_list.error_with(0, "89010000000000000000"),
              (Error{ErrorCode::rlp_number_too_large, "chain id at byte 2"}));
    const auto zeros = [](size_t bytes) { return std::string(2 * bytes, '0'); };
    EXPECT_EQ(access_list.error_with(7, "d7d694" + zeros(20) + "c0"), Error{});
    EXPECT_EQ(access_list.error_with(7, "c1c0").code, ErrorCode::rlp_wrong_count)
        << "an entry without fields";
    EXPECT_EQ(access_list.error_with(7, "c101").code, ErrorCode::rlp_unexpected_kind)
        << "a string for an entry";
    EXPECT_EQ(access_list.error_with(7, "d6d594" + zeros(20)).code, ErrorCode::rlp_wrong_count)
        << "no storage keys";
    EXPECT_EQ(access_list.error_with(7, "d6d593" + zeros(19) + "c0").code, ErrorCode::rlp_wrong_size);
    EXPECT_EQ(access_list.error_with(7, "f6f594" + zeros(20) + "df9e" + zeros(30)).code,
              ErrorCode::rlp_wrong_size);
    const Fields blob(Transaction{.type = TxType::blob, .chain_id = 1, .to = Address{}});
    EXPECT_EQ(blob.error_with(10, "df9e" + zeros(30)).code, ErrorCode::rlp_wrong_size)
        << "a short versioned hash";
}

TEST(TransactionFields, authorization_ranges) {
    const auto error_of = [](const std::string& tuple) {
        const Fields fields(Transaction{.type = TxType::set_code, .chain_id = 1, .to = Address{}});
        rlp::Writer out;
        const size_t list = out.begin_list();
        const size_t inner = out.begin_list();
        out.raw(bytes_from_hex(tuple).value()).end_list(inner).end_list(list);
        return fields.error_with(9, to_hex(out.bytes())).code;
    };
    const std::string max = std::string("a0") + word, address = "94" + std::string(40, '1');
    EXPECT_EQ(error_of(max + address + "88ffffffffffffffff" + "81ff" + max + max), ErrorCode::none);
    EXPECT_EQ(error_of("01" + address + "89010000000000000000" + "01" + "01" + "01"),
              ErrorCode::rlp_number_too_large);
    EXPECT_EQ(error_of("01" + address + "01" + "820100" + "01" + "01"), ErrorCode::rlp_number_too_large);
    EXPECT_EQ(error_of("01" + address + "01" + "00" + "01" + "01"), ErrorCode::rlp_leading_zero);
    EXPECT_EQ(error_of("01"
                       "80"
                       "01"
                       "01"
                       "01"
                       "01"),
              ErrorCode::rlp_wrong_size)
        << "no address";
    EXPECT_EQ(error_of("01" + address + "01" + "01" + "01"), ErrorCode::rlp_wrong_count);
    EXPECT_EQ(error_of("01" + address + "01" + "01" + "01" + "01" + "01"), ErrorCode::rlp_wrong_count);
}

TEST(TransactionEnvelope, type_bytes) {
    const auto code = [](std::string_view s) {
        return decode_transaction(bytes_from_hex(s).value()).error().code;
    };
    EXPECT_EQ(code(""), ErrorCode::rlp_too_short);
    EXPECT_EQ(code("00c0"), ErrorCode::tx_type_unknown);
    EXPECT_EQ(code("05c0"), ErrorCode::tx_type_unknown);
    EXPECT_EQ(code("7fc0"), ErrorCode::tx_type_unknown);
    EXPECT_EQ(code("80"), ErrorCode::rlp_unexpected_kind);
    EXPECT_EQ(code("bf"), ErrorCode::rlp_unexpected_kind);
    EXPECT_EQ(code("c0"), ErrorCode::rlp_wrong_count);
    EXPECT_EQ(code("02"), ErrorCode::rlp_too_short);
    EXPECT_EQ(code("0280"), ErrorCode::rlp_unexpected_kind);
}

TEST(TransactionEnvelope, network_form_of_blob_transactions_is_refused) {
    RandomValues random(6);
    const Bytes envelope = encode_transaction(random.transaction(TxType::blob));
    rlp::Writer out;
    out.raw(BytesView(envelope).first(1));
    const size_t list = out.begin_list();
    out.raw(BytesView(envelope).subspan(1));
    for (int i = 0; i < 3; ++i) out.list_of_size(0);
    out.end_list(list);
    EXPECT_EQ(decode_transaction(out.bytes()).error().code, ErrorCode::tx_blob_sidecar);
}

}  // namespace
}  // namespace warpevm
