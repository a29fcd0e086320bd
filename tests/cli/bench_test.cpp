// SPDX-License-Identifier: Apache-2.0
// `bench` as CLI.md has it: names, options, JSON, files, and what fails how.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/example_block.hpp"
#include "tests/cli/program.hpp"
#include "tests/cli/terminal.hpp"

namespace warpevm::tools {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

TEST(Bench, ListNamesTheWorkloads) {
    const Ran ran = run_program("bench --list");
    EXPECT_EQ(ran.exit_code, 0);
    for (const char* name : {"transfers", "erc20", "swaps", "mints", "mixed", "hot", "chain", "compute",
                             "blocks", "evm", "simulate"})
        EXPECT_THAT(ran.out, HasSubstr(std::string(name) + " "));
}

TEST(Bench, JsonHasTheContractsMembers) {
    const Ran ran =
        run_program("bench erc20 --txs 30 --seed 9 --repeat 6 --threads 1 --backend serial --json -");
    ASSERT_EQ(ran.exit_code, 0) << ran.err;
    const json document = json::parse(ran.out);
    EXPECT_EQ(document["schema"], 1);
    EXPECT_TRUE(document["commit"].is_string());
    EXPECT_TRUE(document["machine"]["cpu"].is_string());
    EXPECT_EQ(document["calibration"]["threads"], 1);
    EXPECT_EQ(document["calibration"]["scaling"], 1.0);
    ASSERT_EQ(document["results"].size(), 1U);
    const json& r = document["results"][0];
    EXPECT_EQ(r["workload"], "erc20");
    EXPECT_EQ(r["case"], "");
    EXPECT_EQ(r["txs"], 30);
    EXPECT_EQ(r["items"], 30);
    EXPECT_EQ(r["seed"], 9);
    EXPECT_EQ(r["backend"], "serial");
    EXPECT_EQ(r["threads"], 1);
    EXPECT_TRUE(r["device"].is_null());
    EXPECT_EQ(r["equal_to_serial"], true);
    EXPECT_EQ(r["vs_serial"], 1.0);
    EXPECT_EQ(r["rounds"], 6);
    EXPECT_EQ(r["routes"]["cpu"], 30);
    EXPECT_EQ(r["slower"], false);
    EXPECT_TRUE(r["of_bound"].is_null());
    for (const char* name : {"gas", "median_ms", "min_ms", "max_ms", "mgas_per_second", "items_per_second",
                             "vs_serial_low", "vs_serial_high", "cold_ms", "bound", "cores_busy"}) {
        ASSERT_TRUE(r[name].is_number()) << name;
        EXPECT_GT(r[name].get<double>(), 0) << name;
    }
    EXPECT_GT(r["phases_ms"]["fallback"].get<double>(), 0);
    EXPECT_FALSE(document["interrupted"].get<bool>());
    // The table is not lost.
    EXPECT_THAT(ran.err, HasSubstr("erc20: 30 transactions"));
}

TEST(Bench, FewRoundsHaveNoInterval) {
    const Ran ran = run_program("bench transfers --txs 10 --repeat 3 --threads 1 --json -");
    ASSERT_EQ(ran.exit_code, 0) << ran.err;
    EXPECT_TRUE(json::parse(ran.out)["results"][0]["vs_serial_low"].is_null());
}

/// A hundred calls for each of --txs: serially, on threads, on the device alone and with the threads.
TEST(Bench, SimulatesCallsOnEveryBackend) {
    const Ran ran = run_program("bench simulate --txs 3 --repeat 1 --threads 2 --device native --json -");
    ASSERT_EQ(ran.exit_code, 0) << ran.err;
    const json results = json::parse(ran.out)["results"];
    std::vector<std::string> backends;
    for (const json& r : results) {
        backends.push_back(r["backend"]);
        EXPECT_EQ(r["workload"], "simulate");
        EXPECT_EQ(r["items"], 300);
        EXPECT_EQ(r["equal_to_serial"], true);
        EXPECT_GT(r["items_per_second"].get<double>(), 0);
    }
    EXPECT_EQ(backends, (std::vector<std::string>{"serial", "cpu", "native", "native+cpu"}));
}

TEST(Bench, TheSameSeedIsTheSameBlock) {
    const auto gas = [](const std::string& seed) {
        const Ran ran = run_program("bench mixed --txs 60 --repeat 1 --threads 1 --json - --seed " + seed);
        return json::parse(ran.out)["results"][0]["gas"].get<uint64_t>();
    };
    EXPECT_EQ(gas("5"), gas("5"));
    EXPECT_NE(gas("5"), gas("6"));
}

TEST(Bench, FilterPicksCases) {
    const Ran ran =
        run_program("bench hot chain --filter slot-50\\|ether --txs 10 --repeat 1 --backend serial --json -");
    ASSERT_EQ(ran.exit_code, 0) << ran.err;
    const json document = json::parse(ran.out);
    ASSERT_EQ(document["results"].size(), 2U);
    EXPECT_EQ(document["results"][0]["case"], "slot-50");
    EXPECT_EQ(document["results"][1]["case"], "ether-1");
}

TEST(Bench, EveryBackendRunsEveryCase) {
    const Ran ran = run_program("bench chain --filter token-1 --txs 60 --repeat 1 --threads 2,3 --json -");
    ASSERT_EQ(ran.exit_code, 0) << ran.err;
    const json document = json::parse(ran.out);
    std::vector<std::string> ran_by;
    for (const json& result : document["results"]) {
        EXPECT_EQ(result["equal_to_serial"], true);
        EXPECT_EQ(result["bound"], document["results"][0]["bound"]);
        EXPECT_EQ(result["of_bound"].is_number(), result["backend"] == "auto");
        ran_by.push_back(result["backend"].get<std::string>() + " " + result["threads"].dump());
    }
    EXPECT_THAT(ran_by, testing::ElementsAre("serial 1", "auto 2", "auto 3"));
}

TEST(Bench, CalibrationIsGivenForTheThreadsAskedFor) {
    const Ran ran = run_program("bench transfers --txs 10 --repeat 1 --threads 2,1 --json -");
    ASSERT_EQ(ran.exit_code, 0) << ran.err;
    const json document = json::parse(ran.out);
    EXPECT_EQ(document["calibration"]["threads"], 2);
    EXPECT_GT(document["calibration"]["scaling"].get<double>(), 0);
    EXPECT_EQ(document["calibrations"].size(), 2U);
    EXPECT_THAT(ran.err, HasSubstr("calibration: 2 independent threads"));
}

TEST(Bench, WrongArgumentsAreExitTwo) {
    for (const char* arguments :
         {"nosuch", "erc20 --txs 0", "erc20 --txs many", "erc20 --threads 0", "erc20 --threads 1,x",
          "erc20 --repeat 0", "erc20 --backend nosuch", "erc20 --filter '('", "erc20 --fork Nosuch",
          "erc20 --fork Berlin", "blocks --blocks /nonexistent", "evm --cases /nonexistent",
          "erc20 --txs 5 --repeat 1 --threads 1 --report /nonexistent/page.html"}) {
        const Ran ran = run_program(std::string("bench ") + arguments);
        EXPECT_EQ(ran.exit_code, 2) << arguments;
        EXPECT_NE(ran.err, "") << arguments;
    }
    EXPECT_THAT(run_program("bench nosuch").err, HasSubstr("--list"));
}

TEST(Bench, TheScheduleIsTheSameOnEveryRunOfARecording) {
    const TemporaryFolder folder;
    const std::string command =
        "bench schedule --txs 60 --threads 2,8 --filter 'schedule/(erc20|swaps)' --json - "
        "--recordings " +
        folder.path().string();
    const Ran first = run_program(command), second = run_program(command);
    ASSERT_EQ(first.exit_code, 0) << first.err;
    const json results = json::parse(first.out)["results"];
    EXPECT_EQ(results, json::parse(second.out)["results"]);
    ASSERT_EQ(results.size(), 4U);
    for (const json& result : results) {
        EXPECT_EQ(result["backend"], "simulated");
        EXPECT_GT(result["vs_serial"].get<double>(), 0.5);
        EXPECT_LE(result["cores_busy"].get<double>(), result["threads"].get<double>() + 1e-9);
        EXPECT_EQ(result["alone"].get<int>() + result["in_turn"].get<int>() + result["valid"].get<int>() +
                      result["stale"].get<int>(),
                  60);
    }
    EXPECT_EQ(run_program(command + " --blocks /nonexistent").exit_code, 2);
    folder.write("erc20-Cancun-1-60.recording", "rubbish");
    const Ran damaged = run_program(command);
    EXPECT_EQ(damaged.exit_code, 2);
    EXPECT_THAT(damaged.err, HasSubstr("erc20-Cancun-1-60.recording"));
}

TEST(Bench, TheReportIsOnePage) {
    const TemporaryFolder folder;
    const std::string page = folder.path().string() + "/bench.html";
    const Ran ran =
        run_program("bench transfers chain --txs 10 --repeat 6 --threads 1 --quiet --report " + page);
    ASSERT_EQ(ran.exit_code, 0) << ran.err;
    const std::string text = folder.read("bench.html");
    EXPECT_THAT(text, HasSubstr("<h2>transfers"));
    EXPECT_THAT(text, HasSubstr("token-32"));
    EXPECT_THAT(text, HasSubstr("</html>"));
    EXPECT_THAT(text, Not(HasSubstr("http")));
}

class BenchBlocks : public testing::Test {
  protected:
    Ran run() {
        m_example.write(m_folder);
        return run_program("bench blocks --repeat 2 --backend serial --json - --blocks " +
                           m_folder.path().string());
    }
    TemporaryFolder m_folder;
    ExampleBlock m_example = make_example_block();
};

TEST_F(BenchBlocks, EachBlockIsACase) {
    const Ran ran = run();
    ASSERT_EQ(ran.exit_code, 0) << ran.err;
    const json document = json::parse(ran.out);
    ASSERT_EQ(document["results"].size(), 1U);
    EXPECT_EQ(document["results"][0]["case"], "19900001");
    EXPECT_EQ(document["results"][0]["txs"], 2);
    ASSERT_EQ(document["summaries"].size(), 1U);
    EXPECT_EQ(document["summaries"][0]["what"], "all blocks");
    EXPECT_EQ(document["summaries"][0]["cases"], 1);
    EXPECT_EQ(document["summaries"][0]["slower"], 0);
}

TEST_F(BenchBlocks, ABlockThatSerialDoesNotReproduceHasNoFigure) {
    m_example.block["gasUsed"] = "0xabcd";
    const Ran ran = run();
    EXPECT_EQ(ran.exit_code, 1);
    const json document = json::parse(ran.out);
    EXPECT_EQ(document["results"].size(), 0U);
    ASSERT_EQ(document["failures"].size(), 1U);
    EXPECT_THAT(document["failures"][0]["reason"].get<std::string>(), HasSubstr("the header says 43981"));
    EXPECT_THAT(ran.err, HasSubstr("FAILED"));
}

TEST_F(BenchBlocks, ABlockThatCannotBeReadIsExitTwo) {
    m_example.prestate = "rubbish";
    EXPECT_EQ(run().exit_code, 2);
}

TEST(Bench, StoppingItKeepsWhatWasMeasured) {
    const TemporaryFolder folder;
    const std::string base = folder.path().string();
    // Its progress says when a round is done, however busy the machine is.
    const int exit_code = run_until(
        "1/100000  rounds", "bench transfers compute --txs 100 --repeat 100000 --backend serial --json " +
                                base + "/bench.json >" + base + "/out");
    EXPECT_EQ(exit_code, 0);
    const json document = json::parse(folder.read("bench.json"));
    EXPECT_EQ(document["interrupted"], true);
    ASSERT_EQ(document["results"].size(), 1U);
    EXPECT_EQ(document["results"][0]["partial"], true);
    EXPECT_GT(document["results"][0]["rounds"].get<int>(), 0);
    EXPECT_LT(document["results"][0]["rounds"].get<int>(), 100000);
    EXPECT_THAT(folder.read("out"), HasSubstr("interrupted: these are partial results"));
}

}  // namespace
}  // namespace warpevm::tools
