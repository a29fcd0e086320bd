// SPDX-License-Identifier: Apache-2.0
#include "evm/chain/receipts.hpp"

#include <gtest/gtest.h>

#include "evm/base/hex.hpp"
#include "evm/crypto/keccak.hpp"
#include "evm/trie/trie.hpp"

namespace warpevm {
namespace {

std::string zeros(size_t bytes) {
    return std::string(2 * bytes, '0');
}

TEST(Receipts, without_logs_are_encoded_as_the_yellow_paper_says) {
    const Logs logs;
    const Receipt ok{.type = TxType::legacy, .state_root = {}, .success = true, .cumulative_gas = 21000};
    // Payload: status 1 byte, gas 3, bloom 3 + 256, empty list 1: 264 = 0x108 bytes.
    EXPECT_EQ(to_hex(encode_receipt(ok, logs)), "0xf9010801825208b90100" + zeros(256) + "c0");
    Receipt other = ok;
    other.success = false;
    EXPECT_EQ(to_hex(encode_receipt(other, logs)), "0xf9010880825208b90100" + zeros(256) + "c0");
    other.type = TxType::blob;
    EXPECT_EQ(to_hex(encode_receipt(other, logs)), "0x03f9010880825208b90100" + zeros(256) + "c0");
    other = ok;
    other.state_root = Hash{};
    EXPECT_EQ(to_hex(encode_receipt(other, logs)),
              "0xf90128a0" + zeros(32) + "825208b90100" + zeros(256) + "c0");
}

TEST(Receipts, hold_their_own_logs) {
    Logs logs;
    logs.add(Address::from_low(1), {}, {});
    const Bytes data{0xaa, 0xbb};
    const Bytes32 topic{{7}};
    logs.add(Address::from_low(2), {&topic, 1}, data);
    const Receipt r{.success = true, .cumulative_gas = 1, .first_log = 1, .log_count = 1};
    // The log: 21 bytes of address, 1 + 33 of topics, 3 of data: 58 = 0x3a, 60 = 0x3c with its prefix.
    EXPECT_EQ(to_hex(encode_receipt(r, logs)), "0xf901430101b90100" + zeros(256) + "f83cf83a94" + zeros(19) +
                                                   "02e1a007" + zeros(31) + "82aabb");
}

/// The bits that the Yellow Paper's M(x) sets for one byte string, as a number of 2048 bits read from the
/// right.
void expect_bits(const Bloom& bloom, std::initializer_list<BytesView> items) {
    Bloom expected;
    for (const BytesView item : items) {
        const Hash h = keccak256(item);
        for (size_t i = 0; i < 6; i += 2) {
            const unsigned bit = (256U * h.bytes[i] + h.bytes[i + 1]) % 2048;
            expected.bytes[255 - bit / 8] =
                static_cast<uint8_t>(expected.bytes[255 - bit / 8] | 1U << bit % 8);
        }
    }
    EXPECT_EQ(to_hex(bloom), to_hex(expected));
}

TEST(Receipts, blooms_hold_addresses_and_topics_of_their_own_logs) {
    Logs logs;
    const Address a = Address::from_low(0xa), b = Address::from_low(0xb);
    const Bytes32 topics[] = {{{1}}, {{2}}};
    logs.add(a, topics, Bytes{9});
    logs.add(b, {}, {});
    logs.add(a, {topics, 1}, {});
    std::vector<Receipt> receipts(3);
    receipts[0].log_count = 2;
    receipts[2].first_log = 2;
    receipts[2].log_count = 1;
    fill_blooms(receipts, logs);
    expect_bits(receipts[0].bloom, {a, b, topics[0], topics[1]});
    expect_bits(receipts[1].bloom, {});
    expect_bits(receipts[2].bloom, {a, topics[0]});
}

TEST(Receipts, a_block_of_one_transfer_has_the_root_that_every_such_block_has) {
    const Transaction tx;
    const BlockTransaction transactions[] = {{.tx = &tx}};
    BlockOutcome outcome;
    outcome.transactions.push_back({.success = true, .gas_used = 21000});
    outcome.cumulative_gas = {21000};
    seal_receipts(outcome, transactions, {.fork = Fork::byzantium});
    EXPECT_EQ(to_hex(outcome.receipts_root),
              "0x056b23fbba480696b65fe5a59b8f2148a1299103c4f57df839233af2cf4ca2d2");
    EXPECT_EQ(outcome.logs_bloom, Bloom{});
}

TEST(Receipts, skipped_transactions_have_none) {
    const Transaction tx;
    const BlockTransaction transactions[] = {{.tx = &tx}, {.tx = &tx}};
    BlockOutcome outcome;
    outcome.transactions.push_back({.invalid = {ErrorCode::nonce_too_low, {}}});
    outcome.transactions.push_back({.success = true, .gas_used = 21000});
    outcome.cumulative_gas = {0, 21000};
    EXPECT_EQ(make_receipts(outcome, transactions).size(), 1U);
    seal_receipts(outcome, transactions, {.fork = Fork::osaka});
    EXPECT_EQ(to_hex(outcome.receipts_root),
              "0x056b23fbba480696b65fe5a59b8f2148a1299103c4f57df839233af2cf4ca2d2");
}

TEST(Receipts, before_byzantium_need_state_roots) {
    const Transaction tx;
    const BlockTransaction transactions[] = {{.tx = &tx}};
    BlockOutcome outcome;
    outcome.transactions.push_back({.success = true, .gas_used = 21000});
    outcome.cumulative_gas = {21000};
    seal_receipts(outcome, transactions, {.fork = Fork::homestead});
    EXPECT_TRUE(outcome.receipts_root.is_zero());
    outcome.intermediate_roots = {Hash{{5}}};
    seal_receipts(outcome, transactions, {.fork = Fork::homestead});
    const Bytes receipt = encode_receipt({.state_root = Hash{{5}}, .cumulative_gas = 21000}, {});
    EXPECT_EQ(outcome.receipts_root, ordered_trie_root({&receipt, 1}));
    BlockOutcome empty;
    seal_receipts(empty, {}, {.fork = Fork::frontier});
    EXPECT_EQ(empty.receipts_root, empty_trie_root);
}

TEST(Receipts, the_hash_of_no_logs_is_that_of_an_empty_list) {
    EXPECT_EQ(to_hex(logs_hash({})), "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347");
    Logs logs;
    logs.add(Address::from_low(1), {}, {});
    const Bytes rlp = bytes_from_hex(
                          "d8d794000000000000000000000000000000000000000"
                          "1c080")
                          .value();
    EXPECT_EQ(logs_hash(logs), keccak256(rlp));
}

}  // namespace
}  // namespace warpevm
