// SPDX-License-Identifier: Apache-2.0
// Called by the name `evm`: what tools that drive geth's program ask and read.
#include <gmock/gmock.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/cli/program.hpp"

namespace warpevm::tools {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;

/// A call of code that stores its caller, by a key; the expected root is wrong on purpose.
constexpr const char* state_test = R"({"stores[fork-x]": {
 "env": {"currentCoinbase": "0x00000000000000000000000000000000000000fe", "currentDifficulty": "0x20000",
         "currentGasLimit": "0x989680", "currentNumber": "0x1", "currentTimestamp": "0x1"},
 "pre": {"0xa94f5374fce5edbc8e2a8697c15331677e6ebf0b": {"balance": "0xde0b6b3a7640000", "nonce": "0x0", "code": "0x", "storage": {}},
         "0x00000000000000000000000000000000000000aa": {"balance": "0x0", "nonce": "0x0", "code": "0x33600055", "storage": {}}},
 "transaction": {"data": ["0x"], "gasLimit": ["0x10000"], "value": ["0x0"], "gasPrice": "0xa", "nonce": "0x0",
                 "to": "0x00000000000000000000000000000000000000aa",
                 "secretKey": "0x45a915e4d060149eb4365960e6a7a45f334393093061116b197e3240065ff2d8"},
 "post": {"Istanbul": [{"hash": "0x0000000000000000000000000000000000000000000000000000000000000000",
                        "logs": "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347",
                        "indexes": {"data": 0, "gas": 0, "value": 0}}],
          "Berlin": [{"hash": "0x0000000000000000000000000000000000000000000000000000000000000000",
                      "logs": "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347",
                      "indexes": {"data": 0, "gas": 0, "value": 0}}]}}})";

class CalledEvm : public testing::Test {
  protected:
    CalledEvm() {
        std::filesystem::create_symlink(WARPEVM_PROGRAM, m_folder.path() / "evm");
        m_file = m_folder.write("case.json", state_test);
    }
    Ran run(const std::string& arguments, const std::string& input = {}) const {
        return run_named((m_folder.path() / "evm").string(), arguments, input);
    }
    TemporaryFolder m_folder;
    std::string m_file;
};

TEST_F(CalledEvm, AnswersItsVersionAsGethDoes) {
    for (const char* option : {"-v", "--version", "-version"}) {
        const Ran ran = run(option);
        EXPECT_EQ(ran.exit_code, 0);
        EXPECT_THAT(ran.out, MatchesRegex("evm version [0-9.]+-warpevm-.*\n"));
        EXPECT_EQ(ran.err, "") << "what is said there is taken for a failure";
    }
    EXPECT_NE(run_program("-v").exit_code, 0);
}

TEST_F(CalledEvm, NamesItsForks) {
    const Ran ran = run("t8n --help");
    EXPECT_EQ(ran.exit_code, 0);
    for (const char* fork : {"Frontier", "Homestead", "TangerineWhistle", "SpuriousDragon", "Byzantium",
                             "Constantinople", "ConstantinopleFix", "Istanbul", "Berlin", "London", "Merge",
                             "Paris", "Shanghai", "Cancun", "Prague", "Osaka", "BPO1", "BPO4"})
        EXPECT_THAT(ran.out, HasSubstr(fork));
    EXPECT_THAT(ran.out, testing::Not(HasSubstr("Amsterdam")));
}

TEST_F(CalledEvm, Transits) {
    const std::string input =
        R"({"alloc": {}, "txs": null, "env": {"currentCoinbase": "0x00000000000000000000000000000000000000fe",
        "currentDifficulty": "0x20000", "currentGasLimit": "0x989680", "currentNumber": "0x1", "currentTimestamp": "0x1"}})";
    for (const char* command : {"t8n", "transition"}) {
        const Ran ran =
            run(std::string(command) +
                    " --input.alloc=stdin --input.txs=stdin --input.env=stdin --output.result=stdout "
                    "--output.alloc=stdout --output.body=stdout --state.fork=Berlin --state.chainid=1 "
                    "--state.reward=0",
                input);
        ASSERT_EQ(ran.exit_code, 0) << ran.err;
        EXPECT_EQ(ran.err, "");
        EXPECT_EQ(json::parse(ran.out)["body"], "0xc0");
    }
    EXPECT_EQ(run("t8n --state.fork=Atlantis", input).exit_code, 11) << "alloc.json is not there";
    EXPECT_EQ(run("t8n --nonsense").exit_code, 3);
}

TEST_F(CalledEvm, ReportsStateTests) {
    const Ran ran = run("statetest " + m_file);
    EXPECT_EQ(ran.exit_code, 0) << "failed tests are told by the report";
    const json report = json::parse(ran.out);
    ASSERT_EQ(report.size(), 2U);
    EXPECT_EQ(report[0]["name"], "stores[fork-x]");
    EXPECT_EQ(report[0]["pass"], false);
    EXPECT_EQ(report[0]["fork"], "Istanbul");
    EXPECT_THAT(std::string(report[0]["error"]), HasSubstr("state root"));
    const std::string root = report[0]["stateRoot"];
    EXPECT_THAT(ran.out, HasSubstr("\"stateRoot\": \"" + root)) << "fuzzers look for this text";
    EXPECT_THAT(ran.err, HasSubstr("{\"stateRoot\": \"" + root));
    EXPECT_EQ(json::parse(run("statetest --statetest.fork Berlin " + m_file).out).size(), 1U);
    EXPECT_EQ(json::parse(run("statetest --statetest.index 1 " + m_file).out)[0]["fork"], "Berlin");
    EXPECT_EQ(json::parse(run("statetest --run 'stores\\[fork\\-x\\]' " + m_file).out).size(), 2U);
    EXPECT_EQ(json::parse(run("statetest --run nothing " + m_file).out), json::array());
    EXPECT_THAT(run("statetest --human " + m_file).out, HasSubstr("0 tests passed, 2 tests failed."));
    EXPECT_EQ(run("statetest " + m_folder.write("broken.json", "{")).exit_code, 1);
}

TEST_F(CalledEvm, TracesInEachSpelling) {
    for (const char* arguments :
         {"statetest --trace --trace.format=json --trace.nomemory=true --trace.noreturndata=true ",
          "--json --nomemory --noreturndata statetest ", "--verbosity 100 statetest --trace "}) {
        const Ran ran = run(arguments + m_file);
        EXPECT_EQ(ran.exit_code, 0) << ran.err;
        EXPECT_THAT(ran.err, StartsWith(R"({"pc":0,"op":51,"gas":")"));
        EXPECT_THAT(ran.err, HasSubstr(R"("stack":[],"depth":1,"refund":0,"opName":"CALLER"})"));
        EXPECT_THAT(ran.err, HasSubstr("{\"stateRoot\": "));
    }
    EXPECT_EQ(run("statetest " + m_file).err.find("\"pc\""), std::string::npos);
    EXPECT_THAT(run("statetest --trace --nostack " + m_file).err, HasSubstr(R"("stack":null)"));
}

TEST_F(CalledEvm, ReadsNamesOfFilesFromStandardInput) {
    const Ran ran = run("statetest", m_file + "\n" + m_file + "\n\nnever\n");
    EXPECT_EQ(ran.exit_code, 0);
    const size_t second = ran.out.find("]\n[");
    ASSERT_NE(second, std::string::npos) << ran.out;
    EXPECT_EQ(json::parse(ran.out.substr(0, second + 1)).size(), 2U);
}

TEST_F(CalledEvm, ReportsBlockTests) {
    const std::string file = m_folder.write(
        "block.json", R"({"broken": {"network": "Berlin", "blocks": [], "genesisBlockHeader": {}}})");
    const Ran ran = run("--verbosity 100 blocktest --run broken " + file);
    EXPECT_EQ(ran.exit_code, 0);
    const json report = json::parse(ran.out);
    EXPECT_EQ(report[0]["pass"], false);
    EXPECT_EQ(report[0]["fork"], "Berlin");
    EXPECT_FALSE(report[0].contains("stateRoot"));
}

}  // namespace
}  // namespace warpevm::tools
