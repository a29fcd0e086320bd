// SPDX-License-Identifier: Apache-2.0
// What `run` believes of its input: what is missing is named, by its name and all of it, and is never taken
// for a fault of the block.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evm/codec/json_block.hpp"
#include "tests/cli/example_block.hpp"
#include "tests/cli/program.hpp"

namespace warpevm::tools {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

class RunInput : public testing::Test {
  protected:
    /// Runs what is in the folder as it stands.
    Ran ran(const std::string& options) {
        Ran done = run_program("run " + base() + "/block --json - " + options);
        if (!done.out.empty()) m_json = json::parse(done.out);
        return done;
    }
    Ran run(const std::string& options = {}) {
        m_example.write(m_folder);
        return ran(options);
    }
    [[nodiscard]] std::string base() const { return m_folder.path().string(); }
    [[nodiscard]] const json& block() const { return m_json["blocks"][0]; }
    [[nodiscard]] std::string message() const {
        const json& error = block()["error"];
        return error.is_null() ? "" : std::string(error["message"]);
    }
    void remove(const std::string& file) { std::filesystem::remove(m_folder.path() / "block" / file); }
    std::string chain(const std::string& config) {
        return "--chain " + m_folder.write("chain.json", config) + " ";
    }
    /// The block's bytes, as debug_getRawBlock answers them.
    [[nodiscard]] std::string raw() const {
        const auto document =
            warpevm::json::Document::parse(std::string_view(m_example.block.dump()), "block");
        const auto given = warpevm::json::read_block(document->root());
        Block bytes;
        bytes.header = given->header.with_defaults();
        for (const auto& tx : given->transactions) bytes.transactions.push_back(tx.tx);
        bytes.withdrawals = given->withdrawals;
        return to_hex(encode_block(bytes));
    }

    TemporaryFolder m_folder;
    ExampleBlock m_example = make_example_block();
    json m_json;
};

constexpr const char* cancun = R"({"chainId": 1, "terminalTotalDifficulty": 0, "homesteadBlock": 0,
    "eip150Block": 0, "eip158Block": 0, "byzantiumBlock": 0, "constantinopleBlock": 0, "istanbulBlock": 0,
    "berlinBlock": 0, "londonBlock": 0, "shanghaiTime": 0, "cancunTime": 0)";

TEST_F(RunInput, AForkThatIsActiveAndNotKnownIsRefusedByItsKey) {
    const std::string known = cancun;
    EXPECT_EQ(run(chain(R"({"config": )" + known + "}}")).exit_code, 0) << message();
    EXPECT_EQ(run(chain(known + "}")).exit_code, 0) << "the config alone";
    EXPECT_EQ(run(chain(R"({"jsonrpc": "2.0", "result": )" + known + "}}")).exit_code, 0) << "an answer";
    EXPECT_EQ(run(chain(known + R"(, "bogotaTime": 1716000012})")).exit_code, 2);
    EXPECT_THAT(message(), HasSubstr("bogotaTime"));
    EXPECT_EQ(run(chain(known + R"(, "bogotaTime": 1716000013, "verkleTime": null})")).exit_code, 0);
    EXPECT_EQ(run(chain(known + R"(, "bogotaTime": 0})") + "--fork Cancun").exit_code, 0);
    EXPECT_EQ(run(chain("[]")).exit_code, 2);
    for (const char* name : {"sepolia", "holesky", "hoodi"})
        EXPECT_NE(run(std::string("--verify none --chain ") + name).exit_code, 2) << name;
}

TEST_F(RunInput, WhatTheForkExecutesWithIsNamedWhereItIsMissingOrNull) {
    for (const char* field : {"withdrawals", "parentBeaconBlockRoot", "mixHash"}) {
        m_example = make_example_block();
        m_example.block.erase(field);
        EXPECT_EQ(run().exit_code, 2) << field;
        EXPECT_THAT(message(), HasSubstr(field));
        m_example.block[field] = nullptr;
        EXPECT_EQ(run().exit_code, 2) << field;
        EXPECT_THAT(message(), HasSubstr(field));
    }
}

TEST_F(RunInput, MembersOfTransactionsAndOfTheParentAreNamedToo) {
    for (const char* field : {"v", "r", "s", "nonce", "gas", "value", "input", "chainId", "maxFeePerGas",
                              "maxPriorityFeePerGas", "accessList"}) {
        m_example = make_example_block();
        m_example.block["transactions"][1][field] = nullptr;
        if (std::string(field) == "v") m_example.block["transactions"][1].erase("yParity");
        EXPECT_EQ(run().exit_code, 2) << field;
        EXPECT_THAT(message(), HasSubstr(std::string("transactions[1].") + field));
    }
    for (const char* field :
         {"stateRoot", "baseFeePerGas", "withdrawalsRoot", "excessBlobGas", "timestamp"}) {
        m_example = make_example_block();
        m_example.parent.erase("hash");
        m_example.parent[field] = nullptr;
        EXPECT_EQ(run().exit_code, 2) << field;
        EXPECT_THAT(message(), HasSubstr("parent.json"));
        EXPECT_THAT(message(), HasSubstr(field));
    }
}

TEST_F(RunInput, WhatFollowsFromTheParentIsTakenFromThere) {
    for (const char* field : {"parentHash", "baseFeePerGas", "excessBlobGas"})
        m_example.block[field] = nullptr;
    EXPECT_EQ(run().exit_code, 0) << message();
    EXPECT_THAT(block()["checked"].get<std::vector<std::string>>(), Contains("hash"));
    remove("parent.json");
    EXPECT_EQ(ran("").exit_code, 2);
    EXPECT_THAT(message(), HasSubstr("baseFeePerGas"));
}

TEST_F(RunInput, StrictStateNamesEverythingThatIsMissing) {
    for (const char* backend : {"serial", "cpu"}) {
        m_example.write(m_folder);
        remove("parent.json");
        EXPECT_EQ(ran(std::string("--strict-state --backend ") + backend).exit_code, 2);
        for (const Address& missing :
             {Address::from_low(0xbeef), Address::from_low(0xfee), Address::from_low(0xfeed)})
            EXPECT_THAT(message(), HasSubstr("account " + to_hex(missing))) << backend;
        EXPECT_THAT(message(), HasSubstr("slot 0x0 of " + to_hex(Address::from_low(0xc0de))));
        EXPECT_EQ(block()["assumed"].size(), block()["assumed_absent"]);
        EXPECT_EQ(ran(std::string("--backend ") + backend).exit_code, 0);
        EXPECT_EQ(block()["assumed"].size(), block()["assumed_absent"]);
        EXPECT_THAT(block()["assumed"].get<std::vector<json>>(),
                    Contains(json{
                        {"kind", "slot"}, {"address", to_hex(Address::from_low(0xc0de))}, {"slot", "0x0"}}));
    }
}

TEST_F(RunInput, AnUnknownBlockHashIsAssumedAndNamed) {
    // The contract now stores the hash of the block seven before: BLOCKHASH(NUMBER - 7).
    m_example.prestate[to_hex(Address::from_low(0xc0de))]["code"] = "0x6007430340600055";
    for (const char* backend : {"serial", "cpu"}) {
        const std::string with = std::string("--backend ") + backend;
        EXPECT_EQ(run(with + " --strict-state --verify none").exit_code, 2);
        EXPECT_THAT(message(), HasSubstr("hash of block 19899994"));
        run(with);
        EXPECT_THAT(block()["assumed"].get<std::vector<json>>(),
                    Contains(json{{"kind", "block_hash"}, {"number", 19899994}}));
        m_folder.write("block/block_hashes.json", R"({"19899994": ")" + to_hex(Hash{{7}}) + "\"}");
        run(with);
        EXPECT_THAT(block()["assumed"].get<std::vector<json>>(),
                    Not(Contains(json{{"kind", "block_hash"}, {"number", 19899994}})));
        remove("block_hashes.json");
    }
}

TEST_F(RunInput, CodeThatOnlyItsHashTellsOfIsNamedWithItsAccount) {
    json& contract = m_example.prestate[to_hex(Address::from_low(0xc0de))];
    const std::string hash = to_hex(Hash{{0xab}});
    contract.erase("code");
    contract["codeHash"] = hash;
    for (const char* options : {"--backend serial", "--backend cpu", "--strict-state"}) {
        EXPECT_EQ(run(options).exit_code, 2);
        EXPECT_THAT(message(),
                    HasSubstr("code " + hash + " of account " + to_hex(Address::from_low(0xc0de))));
    }
    contract["code"] = "0x600160005500";
    EXPECT_EQ(run().exit_code, 2);
    EXPECT_THAT(message(), HasSubstr(hash));
}

TEST_F(RunInput, AMismatchNamesFirstWhatWasAssumedAndThenItsFirstDifference) {
    m_example.prestate.erase(to_hex(Address::from_low(0xc0de)));
    m_example.write(m_folder);
    const Ran table = run_program("run " + base() + "/block");
    EXPECT_EQ(table.exit_code, 1);
    const size_t assumed = table.out.find("account " + to_hex(Address::from_low(0xc0de)));
    ASSERT_NE(assumed, std::string::npos) << table.out;
    EXPECT_LT(assumed, table.out.find("gas_used differs"));
    EXPECT_THAT(table.out, Not(HasSubstr("receipts_root")));
    EXPECT_THAT(run_program("run " + base() + "/block --verbose").out, HasSubstr("receipts_root: expected"));
    // On a screen of 24 lines and 80 columns; the sums at the end are allowed two lines.
    std::istringstream lines(table.out);
    size_t rows = 0;
    for (std::string line; std::getline(lines, line); ++rows) EXPECT_LE(line.size(), 110U) << line;
    EXPECT_LE(rows, 20U);
}

TEST_F(RunInput, BlocksComeRawAndInSeveralShapes) {
    m_example.write(m_folder);
    const std::string hex = raw(), plain = m_example.block.dump();
    for (const std::string& text :
         {hex, hex + "\r\n", '"' + hex + '"', R"({"jsonrpc":"2.0","id":1,"result":")" + hex + "\"}",
          "\xEF\xBB\xBF" + plain, R"({"jsonrpc":"2.0","id":1,"result":)" + plain + "}"}) {
        m_folder.write("block/block.json", text);
        EXPECT_EQ(ran("").exit_code, 0) << message() << text.substr(0, 80);
        EXPECT_EQ(block()["state_root"], m_example.block["stateRoot"]);
        EXPECT_EQ(block()["hash"], m_example.block["hash"]);
    }
    remove("block.json");
    m_folder.write("block/raw_block.json", hex);
    EXPECT_EQ(ran("").exit_code, 0) << message();
    m_folder.write("block/raw_block.json", hex.substr(0, 200));
    EXPECT_EQ(ran("").exit_code, 2);
    EXPECT_THAT(message(), HasSubstr("raw_block.json"));
}

TEST_F(RunInput, TheNodesErrorIsSaidForEachFile) {
    const std::string refusal = R"({"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"no history"}})";
    for (const char* file :
         {"block.json", "prestate.json", "parent.json", "receipts.json", "block_hashes.json"}) {
        m_example.write(m_folder);
        m_folder.write(std::string("block/") + file, refusal);
        EXPECT_EQ(ran("").exit_code, 2) << file;
        EXPECT_THAT(message(), HasSubstr("no history")) << file;
        EXPECT_THAT(message(), HasSubstr(file));
        remove(file);
    }
}

TEST_F(RunInput, AWitnessBesideTheOtherFilesIsNoHarm) {
    m_folder.write("block/witness.json", "{");
    EXPECT_EQ(run().exit_code, 0);
}

}  // namespace
}  // namespace warpevm::tools
