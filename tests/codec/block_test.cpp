// SPDX-License-Identifier: Apache-2.0
// Headers, withdrawals and blocks on the wire.
#include <gtest/gtest.h>

#include "evm/base/hex.hpp"
#include "evm/codec/rlp.hpp"
#include "evm/codec/wire.hpp"
#include "evm/crypto/keccak.hpp"
#include "evm/trie/list_roots.hpp"
#include "evm/trie/trie.hpp"
#include "tests/codec/random_values.hpp"

namespace warpevm {
namespace {

using test::RandomValues;

TEST(HeaderCodec, decodes_to_what_was_encoded_in_each_fork_s_form) {
    RandomValues random(11);
    for (unsigned appended = 0; appended <= 6; ++appended)
        for (int i = 0; i < 100; ++i) {
            const Header header = random.header(appended);
            const Bytes encoded = encode_header(header);
            const auto decoded = decode_header(encoded);
            ASSERT_TRUE(decoded) << to_string(decoded.error());
            EXPECT_EQ(*decoded, header);
            EXPECT_EQ(header_hash(header), keccak256(encoded));
        }
}

TEST(HeaderCodec, counts_its_fields) {
    RandomValues random(12);
    const auto with_items = [&](int change) {
        const Bytes encoded = encode_header(random.header(change > 0 ? 6 : 0));
        auto reader = rlp::Reader(encoded).list().value();
        std::vector<Bytes> items;
        while (!reader.empty()) {
            const BytesView item = reader.next().value().whole;
            items.emplace_back(item.begin(), item.end());
        }
        if (change > 0) items.push_back({0x01});
        if (change < 0) items.pop_back();
        rlp::Writer out;
        const size_t list = out.begin_list();
        for (const Bytes& item : items) out.raw(item);
        return out.end_list(list).take();
    };
    EXPECT_EQ(decode_header(with_items(-1)).error().code, ErrorCode::rlp_wrong_count);
    EXPECT_EQ(decode_header(with_items(1)).error().code, ErrorCode::rlp_wrong_count);
    EXPECT_TRUE(decode_header(with_items(0)));
}

TEST(HeaderCodec, names_the_field_that_is_wrong) {
    RandomValues random(13);
    const Header header = random.header(0);
    Bytes encoded = encode_header(header);
    encoded[3] = 0x9f;  // the parent hash is now a string of 31 bytes
    const auto error = decode_header(encoded).error();
    EXPECT_EQ(error.code, ErrorCode::rlp_wrong_size);
    EXPECT_EQ(error.detail, "parent hash at byte 3: 31 bytes instead of 32");
}

TEST(BlockCodec, decodes_to_what_was_encoded) {
    RandomValues random(14);
    for (int i = 0; i < 300; ++i) {
        const Block block = random.block();
        const Bytes encoded = encode_block(block);
        const auto decoded = decode_block(encoded);
        ASSERT_TRUE(decoded) << to_string(decoded.error());
        EXPECT_EQ(decoded->header, block.header);
        EXPECT_EQ(decoded->transactions, block.transactions);
        EXPECT_EQ(decoded->ommers, block.ommers);
        EXPECT_EQ(decoded->withdrawals, block.withdrawals);
        EXPECT_EQ(decoded->rlp_size, encoded.size());
    }
}

/// A block whose only transaction is the given item.
Bytes block_with(BytesView transaction_item) {
    RandomValues random(15);
    rlp::Writer out;
    const size_t whole = out.begin_list();
    out.raw(encode_header(random.header(0)));
    const size_t list = out.begin_list();
    out.raw(transaction_item).end_list(list).list_of_size(0).end_list(whole);
    return out.take();
}

TEST(BlockCodec, transactions_have_one_form_each) {
    RandomValues random(16);
    const Bytes legacy = encode_transaction(random.transaction(TxType::legacy));
    const Bytes typed = encode_transaction(random.transaction(TxType::dynamic_fee));
    EXPECT_TRUE(decode_block(block_with(legacy)));
    EXPECT_TRUE(decode_block(block_with(rlp::Writer().string(typed).bytes())));
    EXPECT_EQ(decode_block(block_with(rlp::Writer().string(legacy).bytes())).error().code,
              ErrorCode::rlp_unexpected_kind);
    EXPECT_FALSE(decode_block(block_with(typed))) << "a typed transaction that is not wrapped";
    EXPECT_EQ(decode_block(block_with(rlp::Writer().string({}).bytes())).error().code,
              ErrorCode::rlp_too_short);
}

TEST(BlockCodec, errors_inside_name_field_and_offset_in_the_whole) {
    RandomValues random(17);
    const Bytes bad = rlp::Writer().string(*bytes_from_hex("05c0")).take();
    const Bytes block = block_with(bad);
    const auto at = std::search(block.begin(), block.end(), bad.begin(), bad.end()) - block.begin() + 1;
    EXPECT_EQ(decode_block(block).error(),
              (Error{ErrorCode::tx_type_unknown, "transactions type 5 at byte " + std::to_string(at)}));
}

TEST(BlockCodec, rubbish_needs_no_memory) {
    // Says to hold 2^56 bytes of transactions.
    const Bytes claim = *bytes_from_hex("ffff000000000000000000");
    EXPECT_EQ(decode_block(claim).error().code, ErrorCode::rlp_too_short);
    EXPECT_EQ(decode_block(*bytes_from_hex("c0")).error().code, ErrorCode::rlp_wrong_count);
    EXPECT_EQ(decode_block({}).error().code, ErrorCode::rlp_too_short);
}

TEST(OmmersHash, of_none_is_the_hash_of_an_empty_list) {
    EXPECT_EQ(to_hex(ommers_hash({})), "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347");
    RandomValues random(18);
    const std::vector<Header> ommers{random.header(0), random.header(0)};
    rlp::Writer out;
    const size_t list = out.begin_list();
    out.raw(encode_header(ommers[0])).raw(encode_header(ommers[1])).end_list(list);
    EXPECT_EQ(ommers_hash(ommers), keccak256(out.bytes()));
}

TEST(Roots, of_bodies) {
    EXPECT_EQ(transactions_root({}), empty_trie_root);
    EXPECT_EQ(withdrawals_root({}), empty_trie_root);
    RandomValues random(19);
    std::vector<Transaction> transactions;
    std::vector<Bytes> encodings;
    for (int i = 0; i < 200; ++i)
        encodings.push_back(encode_transaction(transactions.emplace_back(random.transaction())));
    EXPECT_EQ(transactions_root(transactions), ordered_trie_root(encodings));
    std::swap(transactions[0], transactions[1]);
    EXPECT_NE(transactions_root(transactions), ordered_trie_root(encodings));
    const std::vector<Withdrawal> withdrawals{random.withdrawal()};
    const std::vector<Bytes> encoded{encode_withdrawal(withdrawals[0])};
    EXPECT_EQ(withdrawals_root(withdrawals), ordered_trie_root(encoded));
}

}  // namespace
}  // namespace warpevm
