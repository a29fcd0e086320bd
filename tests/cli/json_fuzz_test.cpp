// SPDX-License-Identifier: Apache-2.0
// Seeded random damage to good JSON: each reader must answer a value or an error, and nothing else.
#include <gtest/gtest.h>

#include <random>

#include "evm/codec/json_alloc.hpp"
#include "evm/codec/json_block.hpp"
#include "evm/codec/json_env.hpp"
#include "evm/codec/json_receipts.hpp"
#include "tests/cli/example_block.hpp"
#include "tools/fixtures/state_test.hpp"

namespace warpevm::tools {
namespace {

/// Changes, removes, repeats or swaps a few bytes.
std::string damaged(std::string text, std::mt19937_64& random) {
    static constexpr std::string_view alphabet = "\"{}[]:,0x9afe-.\\ n\x01\xff";
    for (auto edits = 1 + random() % 4; edits > 0 && !text.empty(); --edits) {
        const size_t at = random() % text.size();
        switch (random() % 5) {
            case 0: text[at] = alphabet[random() % alphabet.size()]; break;
            case 1: text.erase(at, 1 + random() % 8); break;
            case 2: text.insert(at, text.substr(random() % text.size(), random() % 40)); break;
            case 3: text.insert(at, std::string(random() % 70, '9')); break;
            default: std::swap(text[at], text[random() % text.size()]); break;
        }
    }
    return text;
}

/// How many of the damaged texts `reader` still took; all of them or none would mean that the damage is no
/// test.
template <class Reader>
size_t accepted(const std::string& text, const Reader& reader) {
    std::mt19937_64 random(20240601);
    size_t taken = 0;
    for (int i = 0; i < 3000; ++i) {
        const auto document = json::Document::parse(std::string_view(damaged(text, random)), "fuzz");
        if (document && reader(document->root())) ++taken;
    }
    return taken;
}

void expect_some(size_t taken) {
    EXPECT_GT(taken, 0U);
    EXPECT_LT(taken, 3000U);
}

TEST(JsonFuzz, BlocksHeadersAndAllocs) {
    const ExampleBlock example = make_example_block();
    expect_some(accepted(example.block.dump(),
                         [](const json::Value& value) { return json::read_block(value).has_value(); }));
    expect_some(accepted(example.parent.dump(), [](const json::Value& value) {
        json::GivenHeader header;
        return read(value, header).has_value();
    }));
    expect_some(accepted(example.prestate.dump(), [](const json::Value& value) {
        MemoryState state;
        return json::read_alloc(value, state).has_value();
    }));
    const std::string trace =
        "[{\"result\":" + example.prestate.dump() + "},{\"result\":" + example.prestate.dump() + "}]";
    expect_some(accepted(trace, [](const json::Value& value) {
        MemoryState state(false);
        return json::read_prestate_trace(value, {}, state).has_value();
    }));
}

TEST(JsonFuzz, EnvironmentsAndReceipts) {
    constexpr const char* env =
        R"({"currentCoinbase":"0x00000000000000000000000000000000000000fe","currentGasLimit":"0x1",
        "currentNumber":"1","currentTimestamp":"1000","currentRandom":"0x7","withdrawals":[],
        "blockHashes":{"4":"0x0700000000000000000000000000000000000000000000000000000000000000"},
        "ommers":[{"delta":1,"address":"0x00000000000000000000000000000000000000aa"}]})";
    expect_some(
        accepted(env, [](const json::Value& value) { return json::read_environment(value).has_value(); }));
    constexpr const char* receipts = R"([{"status":"0x1","gasUsed":"0x5208","logs":[{"address":
        "0x00000000000000000000000000000000000000aa","topics":[],"data":"0x00"}]}])";
    expect_some(
        accepted(receipts, [](const json::Value& value) { return json::read_receipts(value).has_value(); }));
}

}  // namespace
}  // namespace warpevm::tools
