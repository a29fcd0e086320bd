// SPDX-License-Identifier: Apache-2.0
// `t8n`: geth's shapes and exit codes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evm/codec/rlp.hpp"
#include "tests/cli/example_block.hpp"
#include "tests/cli/program.hpp"

namespace warpevm::tools {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr const char* key = "0x45a915e4d060149eb4365960e6a7a45f334393093061116b197e3240065ff2d8";
/// The address of that key.
constexpr const char* sender = "0xa94f5374fce5edbc8e2a8697c15331677e6ebf0b";
constexpr const char* recipient = "0x00000000000000000000000000000000000000aa";

class T8n : public testing::Test {
  protected:
    T8n() {
        m_alloc = {{sender, {{"balance", "0x5ffd4878be161d74"}, {"nonce", "0x0"}}}};
        m_env = {{"currentCoinbase", "0x00000000000000000000000000000000000000fe"},
                 {"currentDifficulty", "0x20000"},
                 {"currentGasLimit", "0x750a163df65e8a"},
                 {"currentNumber", "1"},
                 {"currentTimestamp", "1000"}};
        m_tx = {{"gas", "0x5208"}, {"gasPrice", "0x2"}, {"input", "0x"}, {"nonce", "0x0"},
                {"to", recipient}, {"value", "0x1"},    {"v", "0x0"},    {"r", "0x0"},
                {"s", "0x0"},      {"secretKey", key}};
        m_txs = {m_tx};
    }
    Ran run(const std::string& fork, const std::string& more = {}) {
        m_folder.write("alloc.json", m_alloc.dump());
        m_folder.write("env.json", m_env.dump());
        m_folder.write("txs.json", m_txs.dump());
        const std::string at = m_folder.path().string() + "/";
        Ran ran = run_program(
            "t8n --input.alloc " + at + "alloc.json --input.env " + at + "env.json --input.txs " + at +
            "txs.json --state.fork " + fork +
            " --output.result stdout --output.alloc stdout --output.body stdout --output.basedir " + at +
            " " + more);
        if (ran.exit_code == 0) m_out = json::parse(ran.out);
        return ran;
    }

    TemporaryFolder m_folder;
    json m_alloc, m_env, m_tx, m_txs, m_out;
};

TEST_F(T8n, SignsExecutesAndWritesTheThreeOutputs) {
    const Ran ran = run("Berlin");
    ASSERT_EQ(ran.exit_code, 0) << ran.err;
    const json& result = m_out["result"];
    EXPECT_EQ(result["gasUsed"], "0x5208");
    EXPECT_EQ(result["currentDifficulty"], "0x20000");
    EXPECT_FALSE(result.contains("rejected"));
    EXPECT_FALSE(result.contains("currentBaseFee"));
    ASSERT_EQ(result["receipts"].size(), 1U);
    EXPECT_EQ(result["receipts"][0]["status"], "0x1");
    EXPECT_EQ(result["receipts"][0]["root"], "0x");
    EXPECT_TRUE(result["receipts"][0]["logs"].is_null());
    EXPECT_EQ(m_out["alloc"][sender]["nonce"], "0x1");
    EXPECT_EQ(m_out["alloc"][recipient]["balance"], "0x1");
    MemoryState after;
    after.set_account(*address_from_hex(sender), 1, *u256_from_hex("0x5ffd4878be161d74") - U256{42001}, {});
    after.set_account(*address_from_hex(recipient), 0, 1, {});
    after.set_account(Address::from_low(0xfe), 0, 42000, {});
    EXPECT_EQ(result["stateRoot"], to_hex(after.root()));
    // The body is taken as input again.
    const std::string rlp = m_folder.write("body.rlp", m_out["body"].dump());
    const std::string at = m_folder.path().string() + "/";
    const Ran again =
        run_program("t8n --input.alloc " + at + "alloc.json --input.env " + at + "env.json --input.txs " +
                    rlp + " --state.fork Berlin --output.result stdout --output.alloc ''");
    ASSERT_EQ(again.exit_code, 0) << again.err;
    EXPECT_EQ(json::parse(again.out)["result"], result);
}

TEST_F(T8n, ReadsStandardInputAndWritesFiles) {
    const json all{{"alloc", m_alloc}, {"env", m_env}, {"txs", m_txs}};
    const std::string at = m_folder.path().string();
    const Ran ran = run_program(
        "t8n --input.alloc stdin --input.env stdin --input.txs stdin --state.fork Istanbul "
        "--output.basedir " +
            at,
        all.dump());
    ASSERT_EQ(ran.exit_code, 0) << ran.err;
    EXPECT_EQ(json::parse(m_folder.read("result.json"))["gasUsed"], "0x5208");
    EXPECT_TRUE(json::parse(m_folder.read("alloc.json")).contains(sender));
}

TEST_F(T8n, RejectsInvalidTransactionsAndGoesOn) {
    json late = m_tx;
    late["nonce"] = "0x7";
    m_txs = {late, m_tx};
    ASSERT_EQ(run("Berlin").exit_code, 0);
    ASSERT_EQ(m_out["result"]["rejected"].size(), 1U);
    EXPECT_EQ(m_out["result"]["rejected"][0]["index"], 0);
    EXPECT_THAT(std::string(m_out["result"]["rejected"][0]["error"]), HasSubstr("nonce"));
    ASSERT_EQ(m_out["result"]["receipts"].size(), 1U);
    EXPECT_EQ(m_out["result"]["receipts"][0]["transactionIndex"], "0x0");
}

TEST_F(T8n, PaysTheRewardAndOmmers) {
    m_txs = json::array();
    m_env["ommers"] = {{{"delta", 1}, {"address", recipient}}};
    ASSERT_EQ(run("Berlin", "--state.reward 320").exit_code, 0);
    EXPECT_EQ(m_out["alloc"]["0x00000000000000000000000000000000000000fe"]["balance"],
              to_quantity(uint64_t{330}));
    EXPECT_EQ(m_out["alloc"][recipient]["balance"], to_quantity(uint64_t{280}));
    m_env.erase("ommers");
    ASSERT_EQ(run("Homestead", "--state.reward 0").exit_code, 0);
    EXPECT_TRUE(m_out["alloc"].contains("0x00000000000000000000000000000000000000fe"));
    ASSERT_EQ(run("Homestead", "--state.reward -1").exit_code, 0);
    EXPECT_FALSE(m_out["alloc"].contains("0x00000000000000000000000000000000000000fe"));
}

TEST_F(T8n, ComputesWhatTheEnvironmentLeavesOpen) {
    m_env.erase("currentDifficulty");
    m_env["parentDifficulty"] = "0x20000";
    m_env["parentTimestamp"] = "995";
    m_env["parentBaseFee"] = "0x3b9aca00";
    m_env["parentGasUsed"] = "0x0";
    m_env["parentGasLimit"] = "0x1c9c380";
    m_txs = json::array();
    ASSERT_EQ(run("London").exit_code, 0);
    EXPECT_EQ(m_out["result"]["currentBaseFee"], to_quantity(uint64_t{875000000}));
    EXPECT_EQ(m_out["result"]["currentDifficulty"], to_quantity(uint64_t{131072 + 64}));
}

TEST_F(T8n, CancunHasBlobFieldsAndWithdrawals) {
    m_env.erase("currentDifficulty");
    m_env["currentRandom"] = "0x0";
    m_env["currentBaseFee"] = "0x1";
    m_env["currentExcessBlobGas"] = "0x0";
    m_env["parentBeaconBlockRoot"] = to_hex(Hash{});
    m_env["withdrawals"] = {
        {{"index", "0x0"}, {"validatorIndex", "0x0"}, {"address", recipient}, {"amount", "0x2"}}};
    ASSERT_EQ(run("Cancun").exit_code, 0);
    EXPECT_TRUE(m_out["result"]["currentDifficulty"].is_null());
    EXPECT_EQ(m_out["result"]["currentExcessBlobGas"], "0x0");
    EXPECT_EQ(m_out["result"]["blobGasUsed"], "0x0");
    EXPECT_TRUE(m_out["result"].contains("withdrawalsRoot"));
    EXPECT_EQ(m_out["alloc"][recipient]["balance"], to_quantity(uint64_t{2000000001}));
}

TEST_F(T8n, WritesATraceForEachTransaction) {
    m_alloc[recipient] = {{"balance", "0x0"}, {"code", "0x6001600101"}};
    m_txs[0]["gas"] = "0x10000";
    ASSERT_EQ(run("Berlin", "--trace").exit_code, 0);
    const std::string hash = m_out["result"]["receipts"][0]["transactionHash"];
    EXPECT_THAT(m_folder.read("trace-0-" + hash + ".jsonl"), HasSubstr(R"("opName":"ADD")"));
}

TEST_F(T8n, AMissingBlockHashHasItsOwnCode) {
    m_env["currentNumber"] = "5";
    m_alloc[recipient] = {{"balance", "0x0"}, {"code", "0x600440"}};
    m_txs[0]["gas"] = "0x10000";
    EXPECT_EQ(run("Berlin").exit_code, 4);
    m_env["blockHashes"] = {{"4", to_hex(Hash{})}};
    EXPECT_EQ(run("Berlin").exit_code, 0);
}

TEST_F(T8n, ExitCodesAreGeths) {
    EXPECT_EQ(run("Atlantis").exit_code, 3);
    EXPECT_EQ(run("London").exit_code, 3);  // no base fee, nor a parent's
    EXPECT_EQ(run("Merge").exit_code, 3);   // no random value
    const json good = m_env;
    m_env["currentNumber"] = "many";
    EXPECT_EQ(run("Berlin").exit_code, 10);
    m_env = good;
    m_env.erase("currentCoinbase");
    EXPECT_THAT(run("Berlin").err, HasSubstr("env.json: currentCoinbase: is missing"));
    m_env = good;
    m_txs[0]["secretKey"] = to_hex(Hash{});
    EXPECT_EQ(run("Berlin").exit_code, 10);
    EXPECT_EQ(run_program("t8n --input.alloc /nonexistent/alloc.json").exit_code, 11);
    m_txs = {m_tx};
    run("Berlin");
    const std::string at = m_folder.path().string() + "/";
    const std::string rlp = m_folder.write("bad.rlp", "\"0xc3c0\"");
    const Ran ran =
        run_program("t8n --input.alloc " + at + "alloc.json --input.env " + at + "env.json --input.txs " +
                    rlp + " --state.fork Berlin --output.result stdout --output.alloc stdout");
    EXPECT_EQ(ran.exit_code, 12) << ran.err;
    EXPECT_EQ(run_program("t8n --state.nonsense 1").exit_code, 3);
}

}  // namespace
}  // namespace warpevm::tools
