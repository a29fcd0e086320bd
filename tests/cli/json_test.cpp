// SPDX-License-Identifier: Apache-2.0
// The JSON readers: what they take, and that each refusal names the file, the path and what was expected.
#include "evm/codec/json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evm/base/hex.hpp"
#include "evm/codec/json_block.hpp"
#include "evm/codec/json_env.hpp"
#include "evm/codec/json_transaction.hpp"
#include "evm/state/json_alloc.hpp"

namespace warpevm::json {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

Document parsed(std::string_view text) {
    auto document = Document::parse(text, "file.json");
    EXPECT_TRUE(document) << to_string(document.error());
    return std::move(*document);
}

template <class T>
Result<T> read_as(std::string_view text) {
    const Document document = parsed(text);
    T into{};
    if (auto done = read(document.root(), into); !done) return tl::unexpected(done.error());
    return into;
}

TEST(Json, NumbersComeInHexadecimalDecimalAndBare) {
    EXPECT_EQ(read_as<U256>(R"("0x10")"), U256{16});
    EXPECT_EQ(read_as<U256>(R"("0x0010")"), U256{16});
    EXPECT_EQ(read_as<U256>(R"("16")"), U256{16});
    EXPECT_EQ(read_as<U256>("16"), U256{16});
}

TEST(Json, BareIntegersMayExceed64Bits) {
    const Document document = parsed(
        R"({"a": 115792089237316195423570985008687907853269984665640564039457584007913129639935, "s": "1\"2345678901234567890123"})");
    EXPECT_EQ(document.root().at("a")->u256(), U256::max());
    EXPECT_EQ(document.root().at("s")->text(), "1\"2345678901234567890123");
}

TEST(Json, NumbersThatDoNotFitAreRefusedByPath) {
    const Document document = parsed(R"({"a": [{"gas": "0x10000000000000000"}]})");
    const auto gas = document.root().at("a")->at(0)->at("gas")->u64();
    ASSERT_FALSE(gas);
    EXPECT_EQ(gas.error().code, ErrorCode::json_field);
    EXPECT_EQ(gas.error().detail,
              "file.json: a[0].gas: expected a number of at most 64 bits, got \"0x10000000000000000\"");
    for (const char* bad : {R"("0x")", R"("-1")", "-1", "1.5", R"("12x")", "{}", "[]", "true", R"("")",
                            R"("0x10000000000000000000000000000000000000000000000000000000000000000")"})
        EXPECT_FALSE(read_as<U256>(bad)) << bad;
}

TEST(Json, MissingAndNullMembersAreNamed) {
    const Document document = parsed(R"({"env": {"a": null}})");
    const auto missing = document.root().at("env")->at("a");
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().detail, "file.json: env.a: is missing");
    EXPECT_THAT(document.root().at("pre").error().detail, HasSubstr("pre: is missing"));
}

TEST(Json, RepeatedKeysAreRefusedInSmallAndLargeObjects) {
    std::string large = R"({"k0": 1)";
    for (int i = 1; i < 100; ++i) large += ", \"k" + std::to_string(i) + "\": 1";
    for (const std::string& text : {std::string(R"({"k0": 1, "k0": 2})"), large + R"(, "k7": 1})"}) {
        const Document document = parsed(text);
        const auto members = document.root().members();
        ASSERT_FALSE(members);
        EXPECT_THAT(members.error().detail, HasSubstr("is there twice"));
    }
    EXPECT_EQ(parsed(large + "}").root().members()->size(), 100U);
}

TEST(Json, SizesOfBytesAreChecked) {
    EXPECT_TRUE(read_as<Address>(R"("0x00000000000000000000000000000000000000aa")"));
    EXPECT_FALSE(read_as<Address>(R"("0x00000000000000000000000000000000000000")"));
    EXPECT_FALSE(read_as<Bytes32>(R"("0xzz00000000000000000000000000000000000000000000000000000000000000")"));
    EXPECT_FALSE(read_as<Bytes>(R"("0x123")"));
    EXPECT_EQ(read_as<Bytes>(R"("0x")"), Bytes{});
}

TEST(Json, TruncatedTextAndMissingFilesAreErrors) {
    EXPECT_EQ(Document::parse(std::string_view(R"({"a": )"), "f").error().code, ErrorCode::json);
    EXPECT_EQ(Document::parse(std::string_view(""), "f").error().code, ErrorCode::json);
    const auto missing = Document::read("/nonexistent/file.json");
    EXPECT_EQ(missing.error().code, ErrorCode::io);
    EXPECT_THAT(missing.error().detail, HasSubstr("/nonexistent/file.json"));
    EXPECT_EQ(Document::read("/").error().code, ErrorCode::io);
    // Nesting is bounded by the parser, not by our stack.
    EXPECT_FALSE(Document::parse(std::string_view(std::string(100000, '[')), "f"));
}

TEST(JsonAlloc, ReadsAccountsAndLeavesOutZeroSlots) {
    const Document document =
        parsed(R"({"00000000000000000000000000000000000000aa": {"balance": "5", "nonce": "0x1",
        "code": "0x6001", "storage": {"0x01": "0x02", "03": "00"}}, "0x00000000000000000000000000000000000000bb": {}})");
    MemoryState state;
    ASSERT_TRUE(read_alloc(document.root(), state));
    const auto& account = state.accounts().at(Address::from_low(0xaa));
    EXPECT_EQ(account.balance, U256{5});
    EXPECT_EQ(account.nonce, 1U);
    ASSERT_EQ(account.storage.size(), 1U);
    EXPECT_EQ(account.storage.at(1), U256{2});
    EXPECT_TRUE(state.accounts().contains(Address::from_low(0xbb)));
}

TEST(JsonAlloc, RefusesRepeatsUnderAnySpelling) {
    for (
        const char* text :
        {R"({"0x00000000000000000000000000000000000000aa": {}, "00000000000000000000000000000000000000AA": {}})",
         R"({"0x00000000000000000000000000000000000000aa": {"storage": {"0x1": "0x1", "0x01": "0x1"}}})",
         R"({"0xaa": {}})", R"({"0x00000000000000000000000000000000000000aa": {"nonce": "-1"}})", "[]"}) {
        const Document document = parsed(text);
        MemoryState state;
        EXPECT_FALSE(read_alloc(document.root(), state)) << text;
    }
}

constexpr const char* trace = R"({"jsonrpc": "2.0", "id": 1, "result": [
    {"result": {"0x00000000000000000000000000000000000000aa": {"balance": "0x64", "storage": {"0x01": "0x07"}},
                "0x00000000000000000000000000000000000000bb": {"balance": "0x0"}}},
    {"result": {"0x00000000000000000000000000000000000000aa": {"balance": "0x32", "nonce": 1, "storage": {"0x01": "0x08", "0x02": "0x09"}},
                "0x00000000000000000000000000000000000000bb": {"balance": "0x1", "nonce": 3},
                "0x00000000000000000000000000000000000000cc": {"balance": "0x5", "nonce": 1, "code": "0x00"}}}]})";

TEST(JsonPrestateTrace, EachTransactionsAccountsAreReadAsTheyStand) {
    const Document document = parsed(trace);
    ASSERT_TRUE(is_prestate_trace(document.root()));
    const auto traces = read_prestate_trace(document.root());
    ASSERT_TRUE(traces) << to_string(traces.error());
    ASSERT_EQ(traces->size(), 2U);
    const std::vector<GivenAccount>& first = traces->front().accounts;
    EXPECT_EQ(first[0].balance, U256{100});
    EXPECT_EQ(first[0].nonce, 0U);
    EXPECT_THAT(first[0].storage, ElementsAre(Pair(U256{1}, U256{7})));
    EXPECT_TRUE(first[1].is_empty());
    EXPECT_EQ(traces->back().accounts[2].code, Bytes{0});
}

TEST(JsonPrestateTrace, ErrorsOfTheTracerAreTold) {
    for (const auto& [text, needle] :
         {std::pair(R"([{"txHash": "0x00", "error": "execution timeout"}])", "execution timeout"),
          std::pair(R"([{"result": {"pre": {}, "post": {}}}])", "diffMode"),
          std::pair(R"([{"result": []}])", "[0].result"),
          std::pair(R"({"jsonrpc": "2.0", "error": {"code": -32000, "message": "no such block"}})",
                    "no such block")}) {
        const Document document = parsed(text);
        const auto traces = read_prestate_trace(document.root());
        ASSERT_FALSE(traces) << text;
        EXPECT_THAT(traces.error().detail, HasSubstr(needle));
    }
}

TEST(JsonAlloc, ACodeHashAloneLeavesTheCodeUnknownAndMustNotContradictIt) {
    const std::string account = R"({"0x00000000000000000000000000000000000000aa": {"codeHash": )"
                                R"("0x1234000000000000000000000000000000000000000000000000000000000000"%}})";
    const auto with = [&](const std::string& rest) {
        std::string text = account;
        return text.replace(text.find('%'), 1, rest);
    };
    const Document alone = parsed(with(""));
    MemoryState state;
    ASSERT_TRUE(read_alloc(alone.root(), state));
    const Hash hash = state.accounts().at(Address::from_low(0xaa)).code_hash;
    EXPECT_EQ(hash.bytes[0], 0x12);
    EXPECT_EQ(state.read_code(hash).knowledge, Knowledge::absent);
    for (const char* code : {R"(, "code": "0x6001")", R"(, "code": "0x")"}) {
        const Document both = parsed(with(code));
        MemoryState refused;
        const auto done = read_alloc(both.root(), refused);
        ASSERT_FALSE(done) << code;
        EXPECT_THAT(done.error().detail, HasSubstr("codeHash is 0x1234"));
        EXPECT_THAT(done.error().detail, HasSubstr("00000000000000000000000000000000000000aa"));
    }
}

TEST(JsonAlloc, GenesisFilesAndAnswersHoldOneToo) {
    for (const char* text :
         {R"({"config": {}, "alloc": {"00000000000000000000000000000000000000aa": {}}})",
          R"({"jsonrpc": "2.0", "result": {"0x00000000000000000000000000000000000000aa": {}}})"}) {
        const Document document = parsed(text);
        MemoryState state;
        ASSERT_TRUE(read_alloc(document.root(), state)) << text;
        EXPECT_TRUE(state.accounts().contains(Address::from_low(0xaa)));
    }
}

TEST(JsonTransaction, LegacyVTellsParityAndChain) {
    struct Case {
        uint64_t v;
        std::optional<uint64_t> chain_id;
        int parity;
    };
    for (const Case& c : {Case{27, {}, 0}, Case{28, {}, 1}, Case{37, 1, 0}, Case{38, 1, 1}, Case{35, 0, 0}}) {
        Transaction tx;
        ASSERT_TRUE(apply_legacy_v(c.v, tx));
        EXPECT_EQ(tx.chain_id, c.chain_id);
        EXPECT_EQ(tx.y_parity, c.parity);
    }
    for (const U256& v : {U256{0}, U256{1}, U256{26}, U256{29}, U256{34}, U256::max()}) {
        Transaction tx;
        EXPECT_EQ(apply_legacy_v(v, tx).error().code, ErrorCode::tx_bad_signature);
    }
}

TEST(JsonTransaction, ReadsEachTypesMembers) {
    const auto given =
        read_as<GivenTransaction>(R"({"type": "0x3", "chainId": "0x1", "nonce": "0x0", "gas": "0x5208",
        "to": "0x00000000000000000000000000000000000000aa", "value": "0x1", "input": "0x", "maxFeePerGas": "0x9",
        "maxPriorityFeePerGas": "0x2", "gasPrice": "0x7", "maxFeePerBlobGas": "0x3",
        "blobVersionedHashes": ["0x0100000000000000000000000000000000000000000000000000000000000000"],
        "accessList": [{"address": "0x00000000000000000000000000000000000000bb", "storageKeys": []}],
        "v": "0x1", "yParity": "0x1", "r": "0x1", "s": "0x1"})");
    ASSERT_TRUE(given) << to_string(given.error());
    EXPECT_EQ(given->tx.type, TxType::blob);
    EXPECT_EQ(given->tx.max_fee_per_gas, U256{9});
    EXPECT_EQ(given->tx.max_priority_fee_per_gas, U256{2});
    EXPECT_EQ(given->tx.blob_versioned_hashes.size(), 1U);
    EXPECT_EQ(given->tx.access_list.size(), 1U);
    EXPECT_EQ(given->tx.y_parity, 1);
    EXPECT_EQ(given->invalid.code, ErrorCode::none);
}

TEST(JsonTransaction, NamesWhatIsWrong) {
    const std::string rest = R"("nonce": "0x0", "value": "0x0", "input": "0x", "gasPrice": "0x1"})";
    const auto no_gas = read_as<std::vector<GivenTransaction>>("[{" + rest + "]");
    EXPECT_THAT(no_gas.error().detail, HasSubstr("[0].gas: is missing"));
    const auto no_fee =
        read_as<GivenTransaction>(R"({"type": "0x2", "chainId": "0x1", "gas": "0x1", )" + rest);
    EXPECT_THAT(no_fee.error().detail, HasSubstr("maxFeePerGas: is missing"));
    const auto bad_type = read_as<GivenTransaction>(R"({"type": "0x7f", "gas": "0x1", )" + rest);
    EXPECT_THAT(bad_type.error().detail, HasSubstr("type: expected a transaction type from 0 to 4"));
    const auto bad_v =
        read_as<GivenTransaction>(R"({"gas": "0x1", "v": "0x5", "r": "0x1", "s": "0x1", )" + rest);
    ASSERT_TRUE(bad_v);
    EXPECT_EQ(bad_v->invalid.code, ErrorCode::tx_bad_signature);
    // Half a signature is no bad one, but a missing member.
    for (const auto& [given, lacking] :
         {std::pair(R"("r": "0x1", "s": "0x1")", "v"), std::pair(R"("v": "0x1b", "s": "0x1")", "r"),
          std::pair(R"("v": "0x1b", "r": "0x1", "s": null)", "s")}) {
        const auto half = read_as<GivenTransaction>(R"({"gas": "0x1", )" + std::string(given) + ", " + rest);
        ASSERT_FALSE(half) << given;
        EXPECT_THAT(half.error().detail, HasSubstr(std::string(lacking) + ": is missing"));
    }
}

TEST(JsonBlock, RequiredMembersAreNamedAndOthersMayMiss) {
    const std::string full =
        R"({"number": "0x1", "timestamp": "0x2", "miner": "0x00000000000000000000000000000000000000aa",
        "gasLimit": "0x5208", "transactions": [], "difficulty": "0x1"})";
    const Document document = parsed(full);
    const auto block = read_block(document.root());
    ASSERT_TRUE(block) << to_string(block.error());
    EXPECT_FALSE(block->header.gas_used);
    EXPECT_TRUE(check_executable(*block, Fork::frontier, "block.json"));
    EXPECT_THAT(check_executable(*block, Fork::london, "block.json").error().detail,
                HasSubstr("block.json: baseFeePerGas"));
    EXPECT_THAT(check_executable(*block, Fork::paris, "block.json").error().detail,
                HasSubstr("baseFeePerGas"));
    for (const std::string key : {"number", "timestamp", "miner", "gasLimit", "transactions"}) {
        std::string text = full;
        text.replace(text.find('"' + key + '"'), key.size() + 2, "\"other\"");
        const Document without = parsed(text);
        const auto refused = read_block(without.root());
        ASSERT_FALSE(refused) << key;
        EXPECT_THAT(refused.error().detail, HasSubstr(key + ": is missing"));
    }
}

TEST(JsonBlock, WhatTheForkExecutesWithIsRequiredUnlessTheBlockIsBare) {
    const Hash some{{1}};
    GivenBlock block;
    block.header.base_fee_per_gas = U256{7};
    block.header.mix_hash = some;
    block.header.excess_blob_gas = 0;
    EXPECT_TRUE(check_executable(block, Fork::osaka, "block.json")) << "it is bare";
    block.header.state_root = some;
    const auto missing = [&] { return check_executable(block, Fork::prague, "block.json").error().detail; };
    EXPECT_THAT(missing(), HasSubstr("withdrawals: is missing"));
    block.withdrawals.emplace();
    EXPECT_THAT(missing(), HasSubstr("parentBeaconBlockRoot: is missing"));
    block.header.parent_beacon_block_root = some;
    EXPECT_THAT(missing(), HasSubstr("parentHash: is missing"));
    block.header.parent_hash = some;
    EXPECT_TRUE(check_executable(block, Fork::prague, "block.json"));
    block.header.difficulty = U256{9};
    EXPECT_THAT(check_executable(block, Fork::london, "block.json").error().detail,
                HasSubstr("uncles: is missing"));
}

TEST(JsonBlock, SaysWhenTransactionsAreOnlyHashes) {
    const Document document = parsed(R"({"number": "0x1", "timestamp": "0x2", "gasLimit": "0x5208",
        "miner": "0x00000000000000000000000000000000000000aa", "transactions": ["0x01"]})");
    EXPECT_THAT(read_block(document.root()).error().detail, HasSubstr("full transactions"));
}

TEST(JsonEnvironment, BlockHashesHaveNumbersForNames) {
    const Document good =
        parsed(R"({"7": "0x0700000000000000000000000000000000000000000000000000000000000000",
        "0x8": "0x0800000000000000000000000000000000000000000000000000000000000000"})");
    EXPECT_EQ(read_block_hashes(good.root())->size(), 2U);
    const Document bad =
        parsed(R"({"x": "0x0700000000000000000000000000000000000000000000000000000000000000"})");
    EXPECT_FALSE(read_block_hashes(bad.root()));
}

}  // namespace
}  // namespace warpevm::json
