// SPDX-License-Identifier: Apache-2.0
// receipts.json: each member that a node writes is compared, in whatever order and shape the receipts come.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/example_block.hpp"
#include "tests/cli/program.hpp"

namespace warpevm::tools {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

class RunReceipts : public testing::Test {
  protected:
    void SetUp() override {
        // The second transaction logs the word 7 under one topic, so that there is a log to compare.
        m_example.prestate[to_hex(Address::from_low(0xc0de))]["code"] = "0x600760005260aa60206000a1";
        m_example.write(m_folder);
        std::filesystem::remove(m_folder.path() / "block/parent.json");
        for (const char* stated : {"gasUsed", "logsBloom", "receiptsRoot"}) m_example.block.erase(stated);
        m_folder.write("block/block.json", m_example.block.dump());
        const Ran made = run_program("run " + base() + "/block --output " + base() + "/out");
        EXPECT_EQ(made.exit_code, 0) << made.out << made.err;
        m_receipts = json::parse(m_folder.read("out/19900001/receipts.json"));
        m_receipts[1]["blockHash"] = m_receipts[1]["logs"][0]["blockHash"] = m_example.block["hash"];
        m_receipts[1]["logs"][0]["transactionHash"] = m_receipts[1]["transactionHash"];
        for (json& receipt : m_receipts) receipt["blockNumber"] = m_example.block["number"];
    }
    [[nodiscard]] std::string base() const { return m_folder.path().string(); }
    int compare(const json& receipts) {
        m_folder.write("block/receipts.json", receipts.dump());
        m_ran = run_program("run " + base() + "/block --json -");
        m_block = json::parse(m_ran.out)["blocks"][0];
        return m_ran.exit_code;
    }
    std::vector<std::string> fields() {
        std::vector<std::string> names;
        for (const json& m : m_block["mismatches"]) names.push_back(m["field"]);
        return names;
    }

    TemporaryFolder m_folder;
    ExampleBlock m_example = make_example_block();
    json m_receipts;
    json m_block;
    Ran m_ran;
};

TEST_F(RunReceipts, AreTakenInAnyOrderAndShape) {
    EXPECT_EQ(compare(m_receipts), 0) << m_ran.out;
    EXPECT_EQ(compare({{"receipts", m_receipts}}), 0);
    EXPECT_EQ(compare({{"jsonrpc", "2.0"}, {"result", m_receipts}}), 0);
    EXPECT_EQ(compare(json::array({m_receipts[1], m_receipts[0]})), 0) << m_ran.out;
    EXPECT_EQ(compare(json::array({{{"result", m_receipts[1]}}, {{"result", m_receipts[0]}}})), 0);
    EXPECT_EQ(compare(json::array({m_receipts[0]})), 1);
    EXPECT_EQ(compare(json::array({m_receipts[0], m_receipts[0]})), 1);
    EXPECT_THAT(fields(), Contains("receipts.transactionIndex"));
}

TEST_F(RunReceipts, EveryMemberIsCompared) {
    const std::string other = to_hex(Hash{{9}}), somebody = to_hex(Address::from_low(9));
    const std::pair<const char*, json> members[] = {
        {"type", "0x1"},
        {"status", "0x0"},
        {"from", somebody},
        {"to", somebody},
        {"to", nullptr},
        {"contractAddress", somebody},
        {"gasUsed", "0x1"},
        {"cumulativeGasUsed", "0x1"},
        {"effectiveGasPrice", "0x1"},
        {"blobGasUsed", "0x20000"},
        {"transactionHash", other},
        {"blockHash", other},
        {"blockNumber", "0x1"},
        {"logsBloom", "0x" + std::string(512, '0')},
        {"logs", json::array()},
    };
    for (const auto& [name, value] : members) {
        json changed = m_receipts;
        changed[1][name] = value;
        EXPECT_EQ(compare(changed), 1) << name;
        EXPECT_THAT(fields(), Contains(std::string("receipts.") + name));
    }
    const std::pair<const char*, json> log_members[] = {
        {"address", somebody},       {"data", "0x"},
        {"topics", json::array()},   {"logIndex", "0x7"},
        {"transactionIndex", "0x7"}, {"transactionHash", other},
        {"blockHash", other},        {"blockNumber", "0x7"}};
    for (const auto& [name, value] : log_members) {
        json changed = m_receipts;
        changed[1]["logs"][0][name] = value;
        EXPECT_EQ(compare(changed), 1) << name;
        EXPECT_THAT(fields(), Contains(std::string("receipts.logs[0].") + name));
    }
}

TEST_F(RunReceipts, WhatFollowsIsCountedAndNotListed) {
    json changed = m_receipts;
    changed[0]["gasUsed"] = "0x5209";
    for (json& receipt : changed) {
        const uint64_t sum = std::stoull(std::string(receipt["cumulativeGasUsed"]), nullptr, 16);
        receipt["cumulativeGasUsed"] = to_quantity(sum + 1);
    }
    changed[1]["logs"][0]["topics"] = json::array();
    changed[1]["logsBloom"] = "0x" + std::string(512, '0');
    EXPECT_EQ(compare(changed), 1);
    const Ran table = run_program("run " + base() + "/block");
    EXPECT_THAT(table.out, HasSubstr("receipts.gasUsed (transaction 0) differs:\n      expected 21001\n"
                                     "      got      21000\n    1 more: 1 receipts.logs.topics\n"
                                     "    3 that follow from these (--verbose lists all)\n"));
    EXPECT_THAT(table.out, Not(HasSubstr("logsBloom")));
    EXPECT_THAT(table.out, Not(HasSubstr("cumulative")));
    const Ran verbose = run_program("run " + base() + "/block --verbose");
    EXPECT_THAT(verbose.out, HasSubstr("receipts.logsBloom (transaction 1)"));
    EXPECT_THAT(verbose.out, HasSubstr("receipts.cumulativeGasUsed (transaction 1)"));
    // A sum that is wrong by itself is no consequence.
    changed = m_receipts;
    changed[1]["cumulativeGasUsed"] = "0x1";
    compare(changed);
    EXPECT_THAT(run_program("run " + base() + "/block").out,
                HasSubstr("receipts.cumulativeGasUsed (transaction 1) differs"));
}

}  // namespace
}  // namespace warpevm::tools
