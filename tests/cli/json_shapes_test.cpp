// SPDX-License-Identifier: Apache-2.0
// The forms in which nodes and tools write the same thing: raw blocks, wrapped answers, byte order marks,
// errors in place of results.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evm/base/hex.hpp"
#include "evm/codec/json_block.hpp"
#include "evm/codec/json_env.hpp"
#include "evm/codec/json_receipts.hpp"
#include "evm/codec/json_rpc.hpp"
#include "evm/codec/wire.hpp"

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

TEST(JsonBlock, ARawBlockHasAllThatItsBytesHave) {
    Block block;
    block.header.number = 9;
    block.header.difficulty = U256{17};
    block.transactions.resize(1);
    block.transactions[0].gas_limit = 21000;
    block.ommers.resize(1);
    block.header.ommers_hash = ommers_hash(block.ommers);
    const std::string hex = to_hex(encode_block(block));
    for (const std::string& text :
         {hex, hex + "\n", '"' + hex + '"', R"({"jsonrpc":"2.0","result":")" + hex + "\"}"}) {
        const Document document = parsed(text);
        const auto given = read_block(document.root());
        ASSERT_TRUE(given) << to_string(given.error());
        EXPECT_EQ(given->header.with_defaults(), block.header);
        EXPECT_EQ(given->transactions.at(0).tx.gas_limit, 21000U);
        EXPECT_EQ(given->ommers, block.ommers);
        EXPECT_FALSE(given->has_unknown_ommers());
    }
    for (const std::string& text : {std::string("0x"), std::string("0xzz"), hex.substr(0, hex.size() - 2)}) {
        const Document document = parsed(text);
        EXPECT_EQ(read_block(document.root()).error().code, ErrorCode::json_field) << text;
    }
}

TEST(JsonDocument, AByteOrderMarkIsSkipped) {
    EXPECT_EQ(*parsed("\xEF\xBB\xBF{\"a\": 7}").root().at("a")->u64(), 7U);
    EXPECT_TRUE(parsed("\xEF\xBB\xBF[123456789012345678901234567890]").root().is_array());
    EXPECT_FALSE(Document::parse(std::string_view("\xEF\xBB\xBF"), "f"));
}

TEST(JsonRpc, TheNodesErrorIsSaid) {
    const auto said = [](const std::string& text) {
        const Document document = parsed(text);
        const auto result = rpc_result(document.root());
        return result ? std::string("taken") : result.error().detail;
    };
    EXPECT_THAT(said(R"({"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no such method"}})"),
                HasSubstr("the node answered with an error: no such method"));
    EXPECT_THAT(said(R"({"error":"out of service"})"), HasSubstr("out of service"));
    EXPECT_THAT(said(R"({"jsonrpc":"2.0","id":1,"result":null})"), HasSubstr("no result"));
    EXPECT_EQ(said(R"({"jsonrpc":"2.0","id":1,"result":{}})"), "taken");
    EXPECT_EQ(said(R"({"number":"0x1"})"), "taken");
}

TEST(JsonReceipts, ComeInSeveralShapesAndNullIsSaid) {
    const std::string one = R"({"gasUsed":"0x1","type":"0x2","to":null,"transactionIndex":"0x0"})";
    for (const std::string& text :
         {"[" + one + "]", R"({"receipts":[)" + one + "]}", R"({"jsonrpc":"2.0","result":[)" + one + "]}",
          R"({"result":{"receipts":[)" + one + "]}}", R"([{"jsonrpc":"2.0","result":)" + one + "}]"}) {
        const Document document = parsed(text);
        const auto receipts = read_receipts(document.root());
        ASSERT_TRUE(receipts) << text << to_string(receipts.error());
        ASSERT_EQ(receipts->size(), 1U);
        EXPECT_EQ(receipts->front().gas_used, 1U);
        EXPECT_EQ(receipts->front().type, 2U);
        ASSERT_TRUE(receipts->front().to);
        EXPECT_FALSE(receipts->front().to->address);
        EXPECT_FALSE(receipts->front().contract_address);
    }
}

TEST(JsonEnvironment, HeadersOfAncestorsGiveTheirHashes) {
    Header header;
    header.number = 7;
    header.parent_hash = Hash{{6}};
    const std::string rlp = '"' + to_hex(encode_header(header)) + '"';
    const std::string fields =
        R"({"number":"0x5","hash":")" + to_hex(Hash{{5}}) + R"(","parentHash":")" + to_hex(Hash{{4}}) + "\"}";
    for (const std::string& text :
         {"[" + rlp + "," + fields + "]", R"({"headers":[)" + fields + "," + rlp + "]}",
          R"([{"jsonrpc":"2.0","result":)" + fields + "}," + rlp + "]",
          R"({"5":)" + fields + R"(,"7":")" + to_hex(header_hash(header)) + R"(","6":")" + to_hex(Hash{{6}}) +
              "\"}"}) {
        const Document document = parsed(text);
        const auto hashes = read_block_hashes(document.root());
        ASSERT_TRUE(hashes) << text << to_string(hashes.error());
        EXPECT_THAT(*hashes, ElementsAre(Pair(4, Hash{{4}}), Pair(5, Hash{{5}}), Pair(6, Hash{{6}}),
                                         Pair(7, header_hash(header))));
    }
    const Document torn = parsed("[" + rlp + R"(,{"number":"0x6","hash":")" + to_hex(Hash{{9}}) + "\"}]");
    EXPECT_THAT(read_block_hashes(torn.root()).error().detail, HasSubstr("not of one chain"));
}

}  // namespace
}  // namespace warpevm::json
