// SPDX-License-Identifier: Apache-2.0
// What `t8n` writes of each instruction, in geth's spelling.
#include <gmock/gmock.h>

#include <sstream>

#include "tests/cli/t8n_fixture.hpp"

namespace warpevm::tools {
namespace {

using nlohmann::json;

TEST_F(T8n, WritesATraceForEachTransaction) {
    m_alloc[recipient] = {{"balance", "0x0"}, {"code", "0x6001600101"}};
    m_txs[0]["gas"] = "0x10000";
    ASSERT_EQ(run("Berlin", "--trace").exit_code, 0);
    const std::string hash = m_out["result"]["receipts"][0]["transactionHash"];
    EXPECT_EQ(
        m_folder.read("trace-0-" + hash + ".jsonl"),
        R"({"pc":0,"op":96,"gas":"0xadf8","gasCost":"0x3","memSize":0,"stack":[],"depth":1,"refund":0,"opName":"PUSH1"}
{"pc":2,"op":96,"gas":"0xadf5","gasCost":"0x3","memSize":0,"stack":["0x1"],"depth":1,"refund":0,"opName":"PUSH1"}
{"pc":4,"op":1,"gas":"0xadf2","gasCost":"0x3","memSize":0,"stack":["0x1","0x1"],"depth":1,"refund":0,"opName":"ADD"}
{"pc":5,"op":0,"gas":"0xadef","gasCost":"0x0","memSize":0,"stack":["0x2"],"depth":1,"refund":0,"opName":"STOP"}
{"output":"","gasUsed":"0x9"}
)");
}

/// The lines of the only transaction's trace.
std::vector<json> lines_of(const std::string& text) {
    std::vector<json> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) lines.push_back(json::parse(line));
    return lines;
}

TEST_F(T8n, TracesHoldWhatIsAskedFor) {
    // The identity's answer is in memory and in the return data.
    m_alloc[recipient] = {{"balance", "0x0"}, {"code", "0x602a5f5260205f60205f5f60045af100"}};
    m_txs[0]["gas"] = "0x10000";
    m_env["currentRandom"] = "0x0";
    m_env["currentDifficulty"] = "0x0";
    m_env["currentBaseFee"] = "0x1";
    m_env["withdrawals"] = json::array();
    const auto traced = [&](const std::string& options) {
        EXPECT_EQ(run("Shanghai", options).exit_code, 0);
        const std::string hash = m_out["result"]["receipts"][0]["transactionHash"];
        const auto lines = lines_of(m_folder.read("trace-0-" + hash + ".jsonl"));
        return lines.at(lines.size() - 2);
    };
    const json plain = traced("--trace --verbosity 5");
    EXPECT_FALSE(plain.contains("memory"));
    EXPECT_FALSE(plain.contains("returnData"));
    EXPECT_EQ(plain["memSize"], 32);
    const json full = traced("--trace --trace.memory --trace.nostack -trace.returndata=true");
    EXPECT_TRUE(full["stack"].is_null());
    EXPECT_EQ(std::string(full["memory"]).size(), 2 + 2 * 32U);
    EXPECT_EQ(full["returnData"], "0x" + std::string(62, '0') + "2a");
}

/// What geth shows for a CALL is its price with the gas that it hands on, whether or not a frame is entered.
TEST_F(T8n, ACallThatEntersNoFrameCostsWhatItHandsOn) {
    m_alloc["0x00000000000000000000000000000000000000bb"] = {{"balance", "0x1"}};
    m_txs[0]["gas"] = "0x10000";
    for (const auto& [opcode, value, cost] : {std::tuple{"f1", "07", 2600 + 9000 + 0x1000},
                                              {"f2", "07", 2600 + 9000 + 0x1000},
                                              {"f1", "00", 2600 + 0x1000}}) {
        m_alloc[recipient] = {
            {"balance", "0x0"},
            {"code", std::string("0x600060006000600060") + value + "60bb611000" + opcode + "00"}};
        ASSERT_EQ(run("Berlin", "--trace").exit_code, 0);
        const std::string hash = m_out["result"]["receipts"][0]["transactionHash"];
        const auto lines = lines_of(m_folder.read("trace-0-" + hash + ".jsonl"));
        EXPECT_EQ(lines.at(7)["gasCost"], to_quantity(static_cast<uint64_t>(cost))) << opcode << value;
    }
}

TEST_F(T8n, FailuresAreWordedAsGethWordsThem) {
    m_txs[0]["gas"] = "0x10000";
    for (const auto& [code, error] : {std::pair{"0x01", "stack underflow (0 <=> 2)"},
                                      {"0x0c", "invalid opcode: opcode 0xc not defined"},
                                      {"0xfe", "invalid opcode: INVALID"},
                                      {"0x600056", "invalid jump destination"},
                                      {"0x63ffffffff5100", "out of gas"}}) {
        m_alloc[recipient] = {{"balance", "0x0"}, {"code", code}};
        ASSERT_EQ(run("Berlin", "--trace").exit_code, 0);
        const std::string hash = m_out["result"]["receipts"][0]["transactionHash"];
        const auto lines = lines_of(m_folder.read("trace-0-" + hash + ".jsonl"));
        EXPECT_EQ(lines.at(lines.size() - 2)["error"], error);
        EXPECT_EQ(lines.back()["error"], error);
        EXPECT_EQ(lines.back()["gasUsed"], "0xadf8");
    }
}

TEST_F(T8n, ARefundIsInTheLineOfWhatGivesIt) {
    m_alloc[recipient] = {{"balance", "0x0"}, {"code", "0x600060005500"}, {"storage", {{"0x0", "0x1"}}}};
    m_txs[0]["gas"] = "0x10000";
    ASSERT_EQ(run("Berlin", "--trace").exit_code, 0);
    const std::string hash = m_out["result"]["receipts"][0]["transactionHash"];
    const auto lines = lines_of(m_folder.read("trace-0-" + hash + ".jsonl"));
    EXPECT_EQ(lines.at(1)["refund"], 0);
    EXPECT_EQ(lines.at(2)["refund"], 15000);
    EXPECT_EQ(lines.at(3)["refund"], 15000);
}

TEST_F(T8n, CountsInstructions) {
    m_alloc[recipient] = {{"balance", "0x0"}, {"code", "0x600160010c"}};
    m_txs[0]["gas"] = "0x10000";
    ASSERT_EQ(run("Berlin", "--opcode.count counts.json").exit_code, 0);
    EXPECT_EQ(json::parse(m_folder.read("counts.json")), (json{{"PUSH1", 2}, {"0x0c", 1}}));
}

}  // namespace
}  // namespace warpevm::tools
