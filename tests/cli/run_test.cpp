// SPDX-License-Identifier: Apache-2.0
// `run` as CLI.md has it: what is checked, what fails how, and the exit codes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/example_block.hpp"
#include "tests/cli/program.hpp"

namespace warpevm::tools {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::HasSubstr;

class Run : public testing::Test {
  protected:
    Ran run(const std::string& options = {}) {
        m_example.write(m_folder);
        Ran ran = run_program("run " + m_folder.path().string() + "/block --json - " + options);
        if (!ran.out.empty()) m_json = json::parse(ran.out);
        return ran;
    }
    [[nodiscard]] const json& block() const { return m_json["blocks"][0]; }
    /// The members' values of an array of objects.
    static std::vector<std::string> fields(const json& list) {
        std::vector<std::string> names;
        for (const json& item : list) names.push_back(item["field"]);
        return names;
    }

    TemporaryFolder m_folder;
    ExampleBlock m_example = make_example_block();
    json m_json;
};

TEST_F(Run, ACompleteStateIsCheckedDownToItsRoot) {
    const Ran ran = run("--verify serial");
    EXPECT_EQ(ran.exit_code, 0) << ran.err;
    EXPECT_EQ(block()["ok"], true);
    EXPECT_EQ(block()["state_root"], m_example.block["stateRoot"]);
    for (const char* field : {"gas_used", "receipts_root", "logs_bloom", "state_root", "transactions_root",
                              "withdrawals_root", "hash", "header", "serial"})
        EXPECT_THAT(block()["checked"].get<std::vector<std::string>>(), Contains(field));
    EXPECT_EQ(block()["fork"], "Cancun");
    EXPECT_EQ(block()["txs"], 2);
    EXPECT_EQ(block()["routes"]["cpu"], 2);
    EXPECT_EQ(m_json["summary"]["ok"], 1);
    EXPECT_EQ(m_json["backend"], "auto");
}

TEST_F(Run, WithoutAParentTheStateRootIsLeftUnchecked) {
    m_example.write(m_folder);
    std::filesystem::remove(m_folder.path() / "block/parent.json");
    const Ran ran = run_program("run " + m_folder.path().string() + " --json -");
    EXPECT_EQ(ran.exit_code, 0) << ran.err;
    m_json = json::parse(ran.out);
    EXPECT_TRUE(block()["state_root"].is_null());
    EXPECT_THAT(fields(block()["unchecked"]), Contains("state_root"));
    EXPECT_GT(block()["assumed_absent"], 0);
}

TEST_F(Run, StrictStateNamesTheMissingRead) {
    m_example.write(m_folder);
    std::filesystem::remove(m_folder.path() / "block/parent.json");
    const Ran ran = run_program("run " + m_folder.path().string() + " --strict-state --json -");
    EXPECT_EQ(ran.exit_code, 2);
    EXPECT_EQ(json::parse(ran.out)["blocks"][0]["error"]["code"], "missing_state");
}

TEST_F(Run, AWrongResultIsAMismatch) {
    m_example.block["gasUsed"] = "0x1";
    EXPECT_EQ(run("--verify header").exit_code, 1);
    EXPECT_EQ(block()["valid"], true);
    EXPECT_THAT(fields(block()["mismatches"]), Contains("gas_used"));
    EXPECT_EQ(run("--verify none").exit_code, 0);
    EXPECT_TRUE(block()["checked"].empty());
}

TEST_F(Run, SpeculationIsAsAskedFor) {
    EXPECT_EQ(run("--backend cpu --threads 2 --explain --speculate Everything").exit_code, 0);
    EXPECT_EQ(block()["parallelism"]["speculated"], 2);
}

TEST(Options, ChoicesAreNamed) {
    for (const char* command : {"run", "statetest", "blocktest", "bench"})
        EXPECT_THAT(run_program(std::string(command) + " --help").out,
                    HasSubstr("--speculate TEXT:{measured,at-once,everything}\n"))
            << command;
    EXPECT_THAT(run_program("run --help").out, HasSubstr("--verify TEXT:{header,serial,none}\n"));
    for (const char* wrong : {"nosuch", "1", "''"}) {
        const Ran ran = run_program(std::string("run . --speculate ") + wrong);
        EXPECT_EQ(ran.exit_code, 2) << wrong;
        EXPECT_THAT(ran.err, HasSubstr("not in {measured,at-once,everything}")) << wrong;
    }
}

TEST_F(Run, AForgedSenderAndABrokenSignatureMakeTheBlockInvalid) {
    m_example.block["transactions"][1]["from"] = "0x00000000000000000000000000000000000000aa";
    EXPECT_EQ(run().exit_code, 1);
    EXPECT_EQ(block()["error"]["code"], "sender_mismatch");
    EXPECT_EQ(block()["error"]["tx"], 1);
    m_example = make_example_block();
    m_example.block["transactions"][0]["s"] =
        "0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";
    EXPECT_EQ(run().exit_code, 1);
    EXPECT_EQ(block()["valid"], false);
    EXPECT_EQ(block()["error"]["code"], "tx_bad_signature");
    EXPECT_EQ(block()["error"]["tx"], 0);
}

TEST_F(Run, AnUnsignedTransactionUsesFromAndIsCounted) {
    for (const char* member : {"v", "yParity", "r", "s", "hash"})
        m_example.block["transactions"][0].erase(member);
    EXPECT_EQ(run().exit_code, 0);
    EXPECT_EQ(block()["unsigned"], 1);
    EXPECT_THAT(fields(block()["unchecked"]), Contains("transactions_root"));
    m_example.block["transactions"][0].erase("from");
    const Ran ran = run();
    EXPECT_EQ(ran.exit_code, 2);
    EXPECT_THAT(std::string(block()["error"]["message"]), HasSubstr("transactions[0]"));
}

TEST_F(Run, ABrokenHeaderIsRejectedAgainstItsParent) {
    m_example.block["gasLimit"] = to_quantity(uint64_t{60000000});
    EXPECT_EQ(run().exit_code, 1);
    EXPECT_EQ(block()["error"]["code"], "header_gas_limit");
}

TEST_F(Run, AnEmptyPreStateIsBlamedBeforeTheBlock) {
    m_example.prestate = json::object();
    m_example.parent = nullptr;
    m_example.write(m_folder);
    std::filesystem::remove(m_folder.path() / "block/parent.json");
    const Ran ran = run_program("run " + m_folder.path().string());
    EXPECT_EQ(ran.exit_code, 1);
    EXPECT_THAT(ran.out, HasSubstr("the pre-state may be incomplete"));
    EXPECT_LT(ran.out.find("assumed absent"), ran.out.find("the pre-state may be incomplete"));
}

TEST_F(Run, BadInputNamesFileFieldAndWhatWasExpected) {
    m_example.block["transactions"][1]["gas"] = "lots";
    const Ran ran = run();
    EXPECT_EQ(ran.exit_code, 2);
    const std::string message = block()["error"]["message"];
    EXPECT_THAT(
        message,
        HasSubstr("block.json: transactions[1].gas: expected a number of at most 64 bits, got \"lots\""));
}

TEST_F(Run, MissingMembersFilesAndFoldersAreBadInput) {
    m_example.block.erase("mixHash");
    EXPECT_EQ(run().exit_code, 2);
    EXPECT_THAT(std::string(block()["error"]["message"]), HasSubstr("mixHash"));
    std::filesystem::remove(m_folder.path() / "block/prestate.json");
    EXPECT_EQ(run_program("run " + m_folder.path().string() + "/block").exit_code, 2);
    const TemporaryFolder empty;
    EXPECT_EQ(run_program("run " + empty.path().string()).exit_code, 2);
    EXPECT_EQ(run_program("run " + empty.path().string() + "/nothing").exit_code, 2);
}

TEST_F(Run, ABadBlockDoesNotStopTheOthers) {
    m_example.write(m_folder, "2");
    m_folder.write("1/block.json", "{");
    m_folder.write("1/prestate.json", "{}");
    const Ran ran = run_program("run " + m_folder.path().string() + " --jobs 2 --json -");
    EXPECT_EQ(ran.exit_code, 2);
    m_json = json::parse(ran.out);
    ASSERT_EQ(m_json["blocks"].size(), 2U);
    EXPECT_EQ(m_json["blocks"][0]["ok"], false);
    EXPECT_EQ(m_json["blocks"][1]["ok"], true);
}

TEST_F(Run, ShowsWhatADeviceDidWhen) {
    const std::string file = m_folder.path().string() + "/trace.json";
    const Ran ran = run("--backend opencl --device native --wait-for-device --trace " + file);
    ASSERT_EQ(ran.exit_code, 0) << ran.err;
    for (const char* verb : {"pack", "dispatch", "merge"}) EXPECT_GT(block()["timing_ms"][verb], 0) << verb;
    std::map<std::string, int> seen;
    uint64_t launches = 0;
    const json trace = json::parse(m_folder.read("trace.json"));
    for (const json& event : trace["traceEvents"])
        if (event.value("cat", "") == "device") {
            ++seen[event["name"]];
            launches += event["args"]["launches"].get<uint64_t>();
        }
    EXPECT_GE(launches, 1U);
    EXPECT_EQ(block()["launches"], launches);
    EXPECT_GE(seen["pack"], 1);
    EXPECT_GE(seen["dispatch"], 1);
    EXPECT_GE(seen["merge"], 1);
}

TEST_F(Run, WritesReceiptsDifferenceTraceAndReport) {
    const std::string base = m_folder.path().string();
    const Ran ran = run("--output " + base + "/out --report " + base + "/page.html --trace " + base +
                        "/trace.json --evm-trace " + base + "/steps.jsonl --tx 1 --repeat 3");
    ASSERT_EQ(ran.exit_code, 0) << ran.err;
    const json receipts = json::parse(m_folder.read("out/19900001/receipts.json"));
    ASSERT_EQ(receipts.size(), 2U);
    EXPECT_EQ(receipts[0]["gasUsed"], "0x5208");
    EXPECT_EQ(receipts[0]["from"], to_hex(m_example.sender));
    EXPECT_EQ(json::parse(m_folder.read("out/19900001/state_diff.json"))[to_hex(m_example.sender)]["nonce"],
              "0x2");
    EXPECT_THAT(m_folder.read("page.html"), HasSubstr("19900001"));
    EXPECT_FALSE(json::parse(m_folder.read("trace.json"))["traceEvents"].empty());
    std::istringstream steps(m_folder.read("steps.jsonl"));
    std::vector<json> lines;
    for (std::string line; std::getline(steps, line);) lines.push_back(json::parse(line));
    ASSERT_EQ(lines.size(), 5U);
    EXPECT_EQ(lines[0]["opName"], "PUSH1");
    EXPECT_EQ(lines[0]["gasCost"], "0x3");
    EXPECT_EQ(lines[2]["opName"], "SSTORE");
    EXPECT_EQ(lines[2]["gasCost"], "0x5654");  // 20,000 and a cold slot's 2,100
    EXPECT_EQ(lines[4]["pass"], true);
    // What receipts.json repeats of this outcome must compare equal, and a change must not.
    m_folder.write("block/receipts.json", m_folder.read("out/19900001/receipts.json"));
    EXPECT_EQ(run().exit_code, 0);
    EXPECT_THAT(block()["checked"].get<std::vector<std::string>>(), Contains("receipts"));
    json changed = receipts;
    changed[1]["gasUsed"] = "0x1";
    m_folder.write("block/receipts.json", changed.dump());
    EXPECT_EQ(run().exit_code, 1);
    EXPECT_THAT(fields(block()["mismatches"]), Contains("receipts.gasUsed"));
}

TEST_F(Run, TheChainAndTheForkCanBeGiven) {
    m_folder.write("genesis.json", R"({"config": {"chainId": 1, "homesteadBlock": 0, "londonBlock": 0}})");
    m_folder.write("broken.json", R"({"config": {"chainId": "one"}})");
    const std::string base = m_folder.path().string();
    run("--verify none --chain " + base + "/genesis.json");
    EXPECT_EQ(block()["fork"], "London");
    run("--verify none --fork Shanghai");
    EXPECT_EQ(block()["fork"], "Shanghai");
    EXPECT_EQ(run_program("run " + base + " --fork Nowhere").exit_code, 2);
    EXPECT_EQ(run_program("run " + base + " --chain " + base + "/broken.json").exit_code, 2);
    EXPECT_EQ(run_program("run " + base + " --chain " + base + "/missing.json").exit_code, 2);
}

TEST_F(Run, BackendsAndDevicesThatAreNotThere) {
    m_example.write(m_folder);
    const std::string path = "run " + m_folder.path().string();
    EXPECT_EQ(run_program(path + " --backend serial").exit_code, 0);
    const Ran unplugged =
        run_program(path + " --backend opencl --json -", {}, "OCL_ICD_VENDORS=/nonexistent");
    EXPECT_EQ(unplugged.exit_code, 0);
    EXPECT_THAT(unplugged.err, HasSubstr("no device for the backend opencl"));
    EXPECT_EQ(json::parse(unplugged.out)["blocks"][0]["routes"]["reasons"]["no_device"], 2);
    const Ran native = run_program(path + " --backend opencl --device native --wait-for-device --json -");
    EXPECT_EQ(native.exit_code, 0);
    EXPECT_EQ(json::parse(native.out)["blocks"][0]["routes"]["device"], 2);
    EXPECT_EQ(run_program(path + " --backend quantum").exit_code, 2);
    EXPECT_EQ(run_program(path + " --device gpu").exit_code, 2);
    EXPECT_EQ(run_program(path + " --require-device", {}, "OCL_ICD_VENDORS=/nonexistent").exit_code, 1);
    EXPECT_EQ(run_program(path + " --filter '('").exit_code, 2);
    EXPECT_EQ(run_program(path + " --jobs 0").exit_code, 2);
    EXPECT_EQ(run_program(path + " --evm-trace x").exit_code, 2);
    const Ran filtered = run_program(path + " --filter ^7$ --json -");
    EXPECT_EQ(filtered.exit_code, 0);
    EXPECT_TRUE(json::parse(filtered.out)["blocks"].empty());
}

/// `auto` says where blocks ran, and why not on a device.
TEST_F(Run, AutoSaysWhatItDecided) {
    m_example.write(m_folder);
    const std::string path = "run " + m_folder.path().string();
    const Ran ran = run_program(path + " --json - --explain");
    ASSERT_EQ(ran.exit_code, 0) << ran.err;
    const json one = json::parse(ran.out)["blocks"][0];
    EXPECT_EQ(json::parse(ran.out)["backend"], "auto");
    EXPECT_EQ(one["plan"]["whole"]["to"], "cpu");
    EXPECT_EQ(one["plan"]["groups"].size(), 0U) << "what can't pay is not partitioned";
    EXPECT_EQ(one["routes"]["reasons"]["route_opening_costs_more"], 2);
    EXPECT_EQ(one["routes"]["cpu"], 2);
    EXPECT_THAT(run_program(path + " --explain").out, HasSubstr("opening a device takes longer"));
    const Ran forced = run_program(path + " --backend opencl --device native --json - --explain");
    ASSERT_EQ(forced.exit_code, 0) << forced.err;
    const json plan = json::parse(forced.out)["blocks"][0]["plan"];
    EXPECT_EQ(plan["whole"]["reasons"], json::array({"route_asked_for_device"}));
    uint64_t grouped = 0;
    for (const json& group : plan["groups"]) grouped += group["txs"].get<uint64_t>();
    EXPECT_EQ(grouped, 2U);
}

/// Blocks that follow one another, over the state before the first.
TEST(RunWindow, GivesWhatEachBlockGivesByItself) {
    const std::string blocks = WARPEVM_EXAMPLES "/blocks";
    for (const std::string& how :
         {std::string(" --backend serial"), std::string(" --backend cpu --threads 3"),
          std::string(" --backend opencl --device native --wait-for-device"),
          std::string(" --repeat 3 --verify serial")}) {
        const Ran ran = run_program("run --window " + blocks + how + " --json -");
        ASSERT_EQ(ran.exit_code, 0) << ran.out << ran.err;
        const json all = json::parse(ran.out);
        EXPECT_EQ(all["summary"]["ok"], 5);
        uint64_t device = 0;
        for (const json& block : all["blocks"]) device += block["routes"]["device"].get<uint64_t>();
        EXPECT_EQ(device,
                  how.find("native") == std::string::npos ? 0 : all["summary"]["txs"].get<uint64_t>());
        for (const json& block : all["blocks"])
            EXPECT_THAT(block["checked"], testing::Not(testing::IsEmpty()));
    }
    EXPECT_EQ(run_program("run --window " + blocks + "/20000001 --evm-trace x --tx 0").exit_code, 2);
}

TEST(Program, HelpHasAnExampleAndNoCommandIsAnError) {
    for (const char* command : {"run", "statetest", "blocktest", "t8n", "version"}) {
        const Ran ran = run_program(std::string(command) + " --help");
        EXPECT_EQ(ran.exit_code, 0);
        EXPECT_THAT(ran.out, HasSubstr(std::string("Example: warpevm ") + command));
    }
    EXPECT_EQ(run_program("").exit_code, 2);
    EXPECT_EQ(run_program("dance").exit_code, 2);
    EXPECT_THAT(run_program("version").out, HasSubstr("Osaka"));
}

}  // namespace
}  // namespace warpevm::tools
