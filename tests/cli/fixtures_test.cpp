// SPDX-License-Identifier: Apache-2.0
// `statetest` and `blocktest` over cases made here: a pass, each kind of failure, skips, other files, and the
// counts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "evm/base/hex.hpp"
#include "evm/chain/receipts.hpp"
#include "evm/codec/rlp.hpp"
#include "evm/codec/signature.hpp"
#include "evm/codec/wire.hpp"
#include "evm/crypto/keccak.hpp"
#include "tests/cli/example_block.hpp"
#include "tests/cli/program.hpp"
#include "tools/fixtures/block_test.hpp"
#include "tools/fixtures/state_test.hpp"

namespace warpevm::tools {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr uint64_t start_balance = 1000000000;

Transaction make_transfer() {
    Transaction tx;
    tx.gas_limit = 21000;
    tx.max_fee_per_gas = tx.max_priority_fee_per_gas = 10;
    tx.to = Address::from_low(0xbeef);
    tx.value = 7;
    EXPECT_TRUE(sign(tx, to_bytes32(0x4567), 1, true));
    return tx;
}

/// A transfer of 7 wei under Berlin, by a sender that pays 210,000 wei to the coinbase.
json make_state_test() {
    const Transaction tx = make_transfer();
    const Address sender = *recover_sender(tx, Fork::berlin, 1);
    MemoryState after;
    after.set_account(sender, 1, start_balance - 210007, {});
    after.set_account(Address::from_low(0xbeef), 0, 7, {});
    after.set_account(Address::from_low(0xfee), 0, 210000, {});
    json test;
    test["env"] = {{"currentCoinbase", to_hex(Address::from_low(0xfee))},
                   {"currentNumber", "0x1"},
                   {"currentTimestamp", "0x1"},
                   {"currentGasLimit", "0x989680"},
                   {"currentDifficulty", "0x1"}};
    test["pre"][to_hex(sender)] = {{"balance", to_quantity(start_balance)},
                                   {"nonce", "0x0"},
                                   {"code", "0x"},
                                   {"storage", json::object()}};
    test["transaction"] = {
        {"sender", to_hex(sender)}, {"nonce", "0x0"},   {"gasPrice", "0xa"}, {"gasLimit", {"0x5208"}},
        {"to", to_hex(*tx.to)},     {"value", {"0x7"}}, {"data", {"0x"}}};
    json post{{"hash", to_hex(after.root())},
              {"logs", to_hex(logs_hash({}))},
              {"txbytes", to_hex(encode_transaction(tx))},
              {"indexes", {{"data", 0}, {"gas", 0}, {"value", 0}}}};
    test["post"]["Berlin"] = {post};
    return test;
}

class StateFile : public testing::Test {
  protected:
    SuiteResult run(const json& content,
                    const SuiteOptions& options = {{"serial"}, {}, {}, nullptr, 1, true}) {
        return run_state_file(m_folder.write("case.json", content.dump()), options, m_watch);
    }
    SuiteResult run_test(const json& test) { return run({{"transfer", test}}); }

    TemporaryFolder m_folder;
    Watch m_watch;
    json m_test = make_state_test();
};

TEST_F(StateFile, PassesWithAndWithoutTheBytes) {
    EXPECT_EQ(run_test(m_test).passed, 1U);
    m_test["post"]["Berlin"][0].erase("txbytes");
    const SuiteResult result = run_test(m_test);
    EXPECT_EQ(result.passed, 1U);
    EXPECT_EQ(result.failed, 0U);
}

TEST_F(StateFile, EachComparisonCanFail) {
    const auto fails = [&](const json& test, const std::string& reason) {
        const SuiteResult result = run_test(test);
        ASSERT_EQ(result.failed, 1U) << reason;
        EXPECT_EQ(result.exit_code, ExitCode::failed);
        EXPECT_THAT(result.failures[0].reason, HasSubstr(reason));
        EXPECT_EQ(result.failures[0].fork, "Berlin");
    };
    json test = m_test;
    test["post"]["Berlin"][0]["hash"] = to_hex(Hash{});
    fails(test, "state root: expected");
    test = m_test;
    test["post"]["Berlin"][0]["logs"] = to_hex(Hash{});
    fails(test, "logs hash: expected");
    test = m_test;
    test["post"]["Berlin"][0]["expectException"] = "TR_NoFunds";
    fails(test, "was accepted; expected TR_NoFunds");
    test = m_test;
    test["transaction"]["sender"] = to_hex(Address{});
    fails(test, "the transaction was rejected");
    test = m_test;
    test["pre"].begin().value()["balance"] = "0x1";
    fails(test, "can't pay");
}

TEST_F(StateFile, ARejectedTransactionChangesNothing) {
    m_test["pre"].begin().value()["balance"] = "0x1";
    MemoryState before;
    before.set_account(*recover_sender(make_transfer(), Fork::berlin, 1), 0, 1, {});
    m_test["post"]["Berlin"][0]["hash"] = to_hex(before.root());
    m_test["post"]["Berlin"][0]["expectException"] = "TR_NoFunds";
    EXPECT_EQ(run_test(m_test).passed, 1U);
    // retesteth still pays its reward of zero, which creates the beneficiary before Spurious Dragon.
    m_test["post"]["Homestead"] = m_test["post"]["Berlin"];
    m_test["post"].erase("Berlin");
    Transaction tx = make_transfer();
    ASSERT_TRUE(sign(tx, to_bytes32(0x4567), 1, false));
    m_test["post"]["Homestead"][0]["txbytes"] = to_hex(encode_transaction(tx));
    EXPECT_EQ(run_test(m_test).passed, 1U);
    m_test["_info"]["filling-tool-version"] = "retesteth-0.3.2";
    EXPECT_EQ(run_test(m_test).failed, 1U);
    before.set_account(Address::from_low(0xfee), 0, 0, {});
    m_test["post"]["Homestead"][0]["hash"] = to_hex(before.root());
    EXPECT_EQ(run_test(m_test).passed, 1U);
}

TEST_F(StateFile, BlockHashesAreTheHashesOfDecimalNumbers) {
    const auto test = StateTest{"t", MemoryState{}, {}, 1, {}};
    const std::string text = "123";
    EXPECT_EQ(StateTestView(test).read_block_hash(123).value,
              keccak256({reinterpret_cast<const uint8_t*>(text.data()), text.size()}));
}

TEST_F(StateFile, SkipsUnknownForksFiltersAndOtherFiles) {
    m_test["post"]["Amsterdam"] = m_test["post"]["Berlin"];
    m_test["post"]["Atlantis"] = m_test["post"]["Berlin"];
    const SuiteResult result = run_test(m_test);
    EXPECT_EQ(result.passed, 1U);
    ASSERT_EQ(result.skipped, 1U);
    EXPECT_THAT(result.skips[0].reason, HasSubstr("not yet in scope"));
    ASSERT_EQ(result.failed, 1U);
    EXPECT_THAT(result.failures[0].reason, HasSubstr("fork's name is not known"));
    EXPECT_EQ(result.exit_code, ExitCode::bad_input);

    SuiteOptions options{{"serial"}, {}, std::regex("transfer::Berlin::0$"), nullptr, 1, true};
    EXPECT_EQ(run({{"transfer", m_test}}, options).passed, 1U);
    options.filter = std::regex("nothing like this");
    const SuiteResult none = run({{"transfer", m_test}}, options);
    EXPECT_EQ(none.passed + none.failed + none.skipped + none.other, 0U);
    EXPECT_EQ(run({{"a", {{"in", "x"}}}}).other, 1U);
    EXPECT_EQ(run(json::array()).other, 1U);
}

TEST_F(StateFile, TheProgramCountsFailuresOfReading) {
    m_folder.write("tree/good.json", json{{"transfer", m_test}}.dump());
    m_folder.write("tree/sub/other.json", "[1]");
    const std::string tree = m_folder.path().string() + "/tree";
    Ran ran = run_program("statetest " + tree + " --jobs 2");
    EXPECT_EQ(ran.exit_code, 0) << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("1 passed, 0 failed, 0 skipped\n"));
    m_folder.write("tree/sub/broken.json", R"({"transfer": {"pre": )");
    ran = run_program("statetest " + tree + " --json -");
    EXPECT_EQ(ran.exit_code, 2);
    const json out = json::parse(ran.out);
    EXPECT_EQ(out["passed"], 1);
    EXPECT_EQ(out["failed"], 1);
    EXPECT_EQ(out["other"], 1);
    EXPECT_THAT(std::string(out["failures"][0]["file"]), HasSubstr("broken.json"));
    EXPECT_EQ(run_program("statetest " + tree + "/nowhere").exit_code, 2);
    const TemporaryFolder empty;
    EXPECT_EQ(run_program("statetest " + empty.path().string()).exit_code, 2);
    EXPECT_EQ(run_program("statetest " + tree + " --fork Atlantis").exit_code, 2);
}

TEST_F(StateFile, TheSenderFollowsFromTheKey) {
    m_test["post"]["Berlin"][0].erase("txbytes");
    m_test["transaction"].erase("sender");
    EXPECT_THAT(run_test(m_test).failures.at(0).reason, HasSubstr("expected a sender or a secretKey"));
    m_test["transaction"]["secretKey"] = to_hex(to_bytes32(0x4567));
    EXPECT_EQ(run_test(m_test).passed, 1U);
    m_test["transaction"]["secretKey"] = to_hex(to_bytes32(0x4568));
    EXPECT_THAT(run_test(m_test).failures.at(0).reason, HasSubstr("can't pay"));
    m_test["transaction"]["secretKey"] = to_hex(Bytes32{});
    EXPECT_EQ(run_test(m_test).exit_code, ExitCode::bad_input);
}

TEST_F(StateFile, EachCaseHasALineForThoseWhoCompare) {
    const std::string root = m_test["post"]["Berlin"][0]["hash"], logs = m_test["post"]["Berlin"][0]["logs"];
    m_test["post"]["London"] = m_test["post"]["Berlin"];  // pays the base fee: another root
    const std::string file = m_folder.write("tree/case.json", json{{"a \"name\"", m_test}}.dump());
    const auto lines = [&](const std::string& arguments) {
        std::vector<json> all;
        std::istringstream in(run_program("statetest " + arguments).err);
        for (std::string line; std::getline(in, line);)
            if (line.starts_with('{')) all.push_back(json::parse(line));
        return all;
    };
    const std::vector<json> found = lines(file);
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0]["stateRoot"], root);
    EXPECT_EQ(found[0]["logsHash"], logs);
    EXPECT_EQ(found[0]["name"], "a \"name\"");
    EXPECT_EQ(found[0]["pass"], true);
    EXPECT_NE(found[1]["stateRoot"], root) << "the root that was found, not the one that was expected";
    EXPECT_EQ(found[1]["pass"], false);
    EXPECT_EQ(lines(file + " --quiet").size(), 0U);
    const std::string tree = m_folder.path().string() + "/tree";
    EXPECT_EQ(lines(tree).size(), 0U);
    EXPECT_EQ(lines(tree + " --trace-summary --quiet").size(), 2U);
}

TEST_F(StateFile, TracesToStandardError) {
    const std::string file = m_folder.write("case.json", json{{"transfer", m_test}}.dump());
    const Ran ran = run_program("statetest " + file + " --trace");
    EXPECT_THAT(ran.err, HasSubstr(R"("gasUsed":"0x5208")"));
}

/// A genesis and no blocks, or blocks that are added to it.
class BlockFile : public testing::Test {
  protected:
    BlockFile() {
        Header genesis;
        genesis.ommers_hash = ommers_hash({});
        genesis.transactions_root = genesis.receipts_root = empty_trie_root;
        genesis.state_root = MemoryState{}.root();
        genesis.gas_limit = 10000000;
        genesis.difficulty = 131072;
        m_genesis = genesis;
        m_test["network"] = "Frontier";
        m_test["pre"] = json::object();
        m_test["postState"] = json::object();
        m_test["blocks"] = json::array();
        m_test["lastblockhash"] = to_hex(header_hash(genesis));
        m_test["genesisBlockHeader"] = {{"parentHash", to_hex(genesis.parent_hash)},
                                        {"uncleHash", to_hex(genesis.ommers_hash)},
                                        {"coinbase", to_hex(genesis.beneficiary)},
                                        {"stateRoot", to_hex(genesis.state_root)},
                                        {"transactionsTrie", to_hex(genesis.transactions_root)},
                                        {"receiptTrie", to_hex(genesis.receipts_root)},
                                        {"bloom", to_hex(genesis.logs_bloom)},
                                        {"difficulty", "0x020000"},
                                        {"number", "0x00"},
                                        {"gasLimit", "0x989680"},
                                        {"gasUsed", "0x00"},
                                        {"timestamp", "0x00"},
                                        {"extraData", "0x"},
                                        {"mixHash", to_hex(Hash{})},
                                        {"nonce", "0x0000000000000000"},
                                        {"hash", to_hex(header_hash(genesis))}};
    }
    /// The empty block after genesis; its beneficiary gets 5 ether.
    Block next_block() {
        Block block;
        block.header = m_genesis;
        block.header.parent_hash = header_hash(m_genesis);
        block.header.number = 1;
        block.header.timestamp = 20;
        block.header.beneficiary = Address::from_low(0xfee);
        // Frontier: a block that took 13 seconds or more lowers the difficulty, but never below 131072.
        MemoryState state;
        state.set_account(block.header.beneficiary, 0, U256{5000000000000000000ULL}, {});
        block.header.state_root = state.root();
        return block;
    }
    void append(const Block& block, bool valid) {
        json entry{{"rlp", to_hex(encode_block(block))}};
        if (valid) {
            entry["blockHeader"] = json::object();
            m_test["lastblockhash"] = to_hex(header_hash(block.header));
            m_test["postState"] = {{to_hex(Address::from_low(0xfee)), {{"balance", "0x4563918244f40000"}}}};
        }
        m_test["blocks"].push_back(entry);
    }
    SuiteResult run() {
        return run_block_file(m_folder.write("case.json", json{{"chain", m_test}}.dump()),
                              {{"serial"}, {}, {}, nullptr, 1, true}, m_watch);
    }

    TemporaryFolder m_folder;
    Watch m_watch;
    Header m_genesis;
    json m_test;
};

TEST_F(BlockFile, AValidBlockAdvancesTheHead) {
    append(next_block(), true);
    const SuiteResult result = run();
    EXPECT_EQ(result.passed, 1U) << result.failures[0].reason;
}

TEST_F(BlockFile, AnInvalidBlockMustBeRejectedAndLeavesTheHead) {
    Block block = next_block();
    block.header.gas_limit = 1;
    append(block, false);
    append(next_block(), true);
    EXPECT_EQ(run().passed, 1U);
}

TEST_F(BlockFile, WrongVerdictsHeadsAndStatesFail) {
    append(next_block(), false);
    SuiteResult result = run();
    ASSERT_EQ(result.failed, 1U);
    EXPECT_THAT(result.failures[0].reason, HasSubstr("block 0 was accepted"));
    m_test["blocks"] = json::array();
    Block block = next_block();
    block.header.state_root = Hash{};
    append(block, true);
    EXPECT_THAT(run().failures[0].reason, HasSubstr("block 0 was rejected: the state root"));
    m_test["blocks"] = json::array();
    append(next_block(), true);
    m_test["lastblockhash"] = to_hex(header_hash(m_genesis));
    EXPECT_THAT(run().failures[0].reason, HasSubstr("head: expected"));
    m_test["lastblockhash"] = to_hex(header_hash(next_block().header));
    m_test["postState"] = json::object();
    EXPECT_THAT(run().failures[0].reason, HasSubstr("post-state root"));
}

TEST_F(BlockFile, GenesisMustFitItsHashAndNetworkItsName) {
    m_test["network"] = "BPO2ToAmsterdamAtTime15k";
    EXPECT_EQ(run().skipped, 1U);
    m_test["network"] = "Atlantis";
    EXPECT_EQ(run().exit_code, ExitCode::bad_input);
    m_test["network"] = "Frontier";
    m_test["genesisBlockHeader"]["timestamp"] = "0x01";
    EXPECT_THAT(run().failures[0].reason, HasSubstr("genesisBlockHeader: expected the hash"));
}

}  // namespace
}  // namespace warpevm::tools
