// SPDX-License-Identifier: Apache-2.0
// `t8n`: geth's shapes and exit codes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evm/codec/rlp.hpp"
#include "tests/cli/t8n_fixture.hpp"

namespace warpevm::tools {
namespace {

using nlohmann::json;
using testing::HasSubstr;

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
    EXPECT_EQ(result["receipts"][0]["logs"], json::array());
    EXPECT_TRUE(result["receipts"][0]["effectiveGasPrice"].is_null());
    EXPECT_EQ(result["receipts"][0]["blockNumber"], "0x1");
    EXPECT_EQ(result["receipts"][0]["blockHash"], "0x1337" + std::string(60, '0'));
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
    EXPECT_EQ(m_out["result"]["rejected"][0]["error"],
              "nonce too high: address 0xa94f5374Fce5edBC8E2a8697C15331677e6EbF0B, tx: 7 state: 0");
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

TEST_F(PragueT8n, WhatFailsAfterTheTransactionsIsABlockException) {
    m_alloc["0x0000bbddc7ce488642fb579f8b00f3a590007251"] = {{"balance", "0x0"}, {"code", "0xfe"}};
    ASSERT_EQ(run("Prague").exit_code, 0);
    EXPECT_THAT(std::string(m_out["result"]["blockException"]), HasSubstr("system call failed to execute:"));
    EXPECT_EQ(m_out["result"]["receipts"].size(), 1U);
    EXPECT_EQ(m_out["result"]["gasUsed"], "0x5208");
    EXPECT_EQ(m_out["result"]["requests"], json::array());
    EXPECT_EQ(m_out["alloc"][recipient]["balance"], "0x1");
    ASSERT_EQ(run("Prague", "--state-test").exit_code, 0);
    EXPECT_FALSE(m_out["result"].contains("blockException")) << "no system calls";
}

TEST_F(PragueT8n, BlobParametersReplaceTheForks) {
    m_tx["type"] = "0x3";
    m_tx["chainId"] = "0x1";
    m_tx["maxFeePerGas"] = "0x2";
    m_tx["maxPriorityFeePerGas"] = "0x0";
    m_tx["maxFeePerBlobGas"] = "0x1";
    m_tx["blobVersionedHashes"] = {"0x01" + std::string(62, '0'), "0x01" + std::string(62, '0')};
    m_txs = {m_tx};
    ASSERT_EQ(run("Prague").exit_code, 0);
    ASSERT_EQ(m_out["result"]["receipts"].size(), 1U) << m_out["result"];
    EXPECT_EQ(m_out["result"]["receipts"][0]["blobGasUsed"], "0x40000");
    EXPECT_EQ(m_out["result"]["receipts"][0]["blobGasPrice"], "0x1");
    const std::string params =
        m_folder.write("blobs.json", R"({"target": "0x1", "max": "0x1", "baseFeeUpdateFraction": "0x10"})");
    ASSERT_EQ(run("Prague", "--input.blobParams " + params).exit_code, 0);
    EXPECT_EQ(m_out["result"]["rejected"][0]["error"],
              "blob gas (262144) would exceed maximum allowance 131072");
    m_folder.write("blobs.json", R"({"target": "0x1", "max": "0x1", "baseFeeUpdateFraction": "0x0"})");
    EXPECT_EQ(run("Prague", "--input.blobParams " + params).exit_code, 10);
    ASSERT_EQ(run("Shanghai").exit_code, 0);
    EXPECT_EQ(m_out["result"]["rejected"][0]["error"],
              "transaction type not supported: blob tx used but field env.ExcessBlobGas missing");
}

TEST_F(T8n, AKeyDoesNotSignForAnotherChain) {
    m_tx["type"] = "0x1";
    m_tx["accessList"] = json::array();
    m_tx["chainId"] = "0x2";
    m_txs = {m_tx};
    const Ran ran = run("Berlin");
    EXPECT_EQ(ran.exit_code, 10);
    EXPECT_THAT(ran.err, HasSubstr("tx 0: failed to sign tx: invalid chain id for signer: have 2 want 1"));
    EXPECT_EQ(run("Berlin", "--state.chainid 2").exit_code, 0);
    m_txs[0]["chainId"] = "0x0";
    ASSERT_EQ(run("Berlin").exit_code, 0);
    EXPECT_EQ(m_out["result"]["receipts"].size(), 1U);
}

TEST_F(T8n, AnItemThatCantBeDecodedLeavesTheOthers) {
    ASSERT_EQ(run("Berlin").exit_code, 0);
    const Bytes body = *bytes_from_hex(std::string(m_out["body"]));
    rlp::Reader reader(body);
    const BytesView whole = reader.list()->next()->whole;
    const Bytes good(whole.begin(), whole.end());
    const std::pair<Bytes, const char*> bad_items[] = {
        {{0x82, 0x05, 0xc0}, "transaction type not supported"},  // a type that there is not
        {{0x82, 0xc0, 0xc0}, "transaction type not supported"},  // a list inside a string
        {{0x01}, "rlp: "},                                       // a type and nothing else
        {{0x80}, "rlp: "},                                       // nothing
        {{0xc1, 0x80}, "rlp: "},                                 // too few fields
    };
    const std::string at = m_folder.path().string() + "/";
    for (const auto& [bad, error] : bad_items) {
        rlp::Writer list;
        const size_t mark = list.begin_list();
        list.raw(bad).raw(good).end_list(mark);
        const std::string rlp = m_folder.write("txs.rlp", '"' + to_hex(list.bytes()) + '"');
        const Ran ran =
            run_program("t8n --input.alloc " + at + "alloc.json --input.env " + at + "env.json --input.txs " +
                        rlp + " --state.fork Berlin --output.result stdout --output.alloc=");
        ASSERT_EQ(ran.exit_code, 0) << ran.err;
        const json result = json::parse(ran.out)["result"];
        EXPECT_EQ(result["receipts"].size(), 1U) << to_hex(bad);
        ASSERT_EQ(result["rejected"].size(), 1U) << to_hex(bad);
        EXPECT_EQ(result["rejected"][0]["index"], 0);
        EXPECT_THAT(std::string(result["rejected"][0]["error"]), HasSubstr(error));
    }
}

TEST_F(T8n, NullIsNoTransactions) {
    m_txs = nullptr;
    ASSERT_EQ(run("Berlin").exit_code, 0);
    EXPECT_EQ(m_out["result"]["receipts"], json::array());
    for (const json& all : {json{{"alloc", m_alloc}, {"env", m_env}, {"txs", nullptr}},
                            json{{"alloc", m_alloc}, {"env", m_env}}}) {
        const Ran ran = run_program(
            "t8n --input.alloc=stdin --input.env=stdin --input.txs=stdin --state.fork=Berlin "
            "--output.result=stdout "
            "--output.alloc=",
            all.dump());
        ASSERT_EQ(ran.exit_code, 0) << ran.err;
        EXPECT_EQ(json::parse(ran.out)["result"]["receipts"], json::array());
    }
}

TEST_F(T8n, OptionsAreTakenAsGethTakesThem) {
    const std::string at = m_folder.path().string() + "/";
    ASSERT_EQ(run("Berlin", "--output.body= --output.alloc=").exit_code, 0);
    EXPECT_FALSE(m_out.contains("body"));
    EXPECT_FALSE(m_out.contains("alloc"));
    ASSERT_EQ(run("London", "-state.fork=Berlin -output.alloc '' -verbosity 3").exit_code, 0)
        << "the last counts";
    EXPECT_FALSE(m_out.contains("alloc"));
    const Ran help = run_program("t8n --help");
    EXPECT_EQ(help.exit_code, 0);
    for (const char* fork :
         {"Frontier", "EIP150", "ConstantinopleFix", "MuirGlacier", "Merge", "Osaka", "BPO4"})
        EXPECT_THAT(help.out, HasSubstr(fork));
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
