// SPDX-License-Identifier: Apache-2.0
// A backend that answers anything but what serial does gets no figure, in no form of the report.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "bench/workload/scenario.hpp"
#include "evm/chain/context.hpp"
#include "tools/bench/workloads.hpp"

namespace warpevm::tools {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

/// Executes serially and then spoils the outcome, from the `from`-th call on.
Runner spoiled(std::function<void(BlockOutcome&)> spoil, int from = 1) {
    auto calls = std::make_shared<int>(0);
    return {"cpu", 2,
            Execute([=](std::span<const BlockInput> window, const StateView& state,
                        const ExecutionOptions& options, const Watch&) -> Result<Execution> {
                ExecutionContext context;
                auto outcomes = execute_serial(context, window, state, options);
                if (++*calls >= from) spoil(outcomes->front());
                return Execution{std::move(*outcomes), {}};
            })};
}

const Runner serial{"serial", 1, {}};

class BlockBench : public testing::Test {
  protected:
    /// `other` beside serial.
    std::vector<BenchResult> run(const Runner& other,
                                 std::function<std::string(const BlockOutcome&)> check = {}) {
        const std::vector<Runner> runners{serial, other};
        return bench_block({.workload = "erc20",
                            .name = "",
                            .seed = 1,
                            .input = block.input,
                            .state = block.state,
                            .options = {},
                            .check = std::move(check)},
                           runners, 7, [] {});
    }
    static BenchReport report(std::vector<BenchResult> results) {
        BenchReport report;
        report.results = std::move(results);
        return report;
    }
    workload::PreparedBlock block = workload::independent_token_transfers({.transactions = 20, .seed = 1}, 0);
};

TEST_F(BlockBench, AnEqualBackendHasAllFigures) {
    const auto results = run({"cpu", 2, {}});
    ASSERT_EQ(results.size(), 2U);
    for (const BenchResult& r : results) {
        EXPECT_EQ(r.error, "");
        EXPECT_EQ(r.time.count, 7U);
        EXPECT_GT(r.time.min, 0);
        EXPECT_LE(r.time.min, r.time.median);
        EXPECT_LE(r.time.median, r.time.max);
        EXPECT_GT(r.cold, 0);
        EXPECT_EQ(r.txs, 20U);
        EXPECT_GT(r.gas, 20U * 21000U);
        EXPECT_TRUE(r.vs_serial.interval.has_value());
        EXPECT_GT(r.cores_busy.value(), 0);
        EXPECT_FALSE(r.slower && r.backend == "serial");
    }
    EXPECT_EQ(results[0].vs_serial.median, 1);
    EXPECT_FALSE(report(results).failed());
}

TEST_F(BlockBench, IndependentTransactionsBoundNothingButTheLargestOne) {
    const auto results = run(serial);
    // They are alike, but for the price of zero bytes in their calldata.
    EXPECT_GT(results[0].bound.value(), 19);
    EXPECT_LE(results[0].bound.value(), 20);
}

TEST_F(BlockBench, ChainsAreCriticalPaths) {
    block = workload::ether_chain({.transactions = 20, .seed = 1}, 1);
    for (const BenchResult& r : run({"cpu", 2, {}})) EXPECT_EQ(r.bound, 1.0);
    // Four chains side by side.
    block = workload::ether_chain({.transactions = 20, .seed = 1}, 4);
    for (const BenchResult& r : run({"cpu", 2, {}})) EXPECT_EQ(r.bound, 4.0);
}

TEST_F(BlockBench, TheBoundIsToldWhereThreadsCouldReachIt) {
    auto results = run({"cpu", 2, {}});
    results[0].bound = 3.14;
    EXPECT_THAT(to_table(results), HasSubstr(" Mgas, bound 3.1x\n"));
    results.pop_back();
    EXPECT_THAT(to_table(results), Not(HasSubstr("bound")));
}

class Spoiled : public BlockBench, public testing::WithParamInterface<int> {};
INSTANTIATE_TEST_SUITE_P(Ways, Spoiled, testing::Range(0, 7));

TEST_P(Spoiled, ABackendThatIsWrongHasNoFigure) {
    const std::vector<std::function<void(BlockOutcome&)>> ways{
        [](BlockOutcome& o) { ++o.transactions[3].gas_used; },
        [](BlockOutcome& o) { o.receipts_root.bytes[0] ^= 1; },
        [](BlockOutcome& o) { o.logs_bloom.bytes[255] ^= 1; },
        [](BlockOutcome& o) { o.diff.accounts[0].balance = o.diff.accounts[0].balance + 1; },
        [](BlockOutcome& o) { o.logs.clear(); },
        [](BlockOutcome& o) {
            o.verdict = {{ErrorCode::nonce_too_low, ""}, 3};
        },
        [](BlockOutcome& o) { o.cumulative_gas.back() += 1; },
    };
    const auto results = run(spoiled(ways.at(static_cast<size_t>(GetParam()))));
    EXPECT_EQ(results[0].error, "");
    EXPECT_EQ(results[0].time.count, 7U);
    EXPECT_THAT(results[1].error, HasSubstr("differs from serial"));
    EXPECT_EQ(results[1].time.count, 0U);

    const BenchReport whole = report(results);
    EXPECT_TRUE(whole.failed());
    const json document = json::parse(to_json(whole));
    ASSERT_EQ(document["results"].size(), 1U);
    EXPECT_EQ(document["results"][0]["backend"], "serial");
    ASSERT_EQ(document["failures"].size(), 1U);
    EXPECT_EQ(document["failures"][0]["backend"], "cpu");
    const std::string table = to_table(results);
    EXPECT_THAT(table.substr(table.find("  cpu")), Not(HasSubstr("0.")));
    EXPECT_THAT(closing_lines(whole), HasSubstr("1 of 2 FAILED"));
    const std::string page = to_html(whole);
    EXPECT_THAT(page, HasSubstr("no figures: differs from serial"));
}

TEST_F(BlockBench, BeingWrongOnceIsEnough) {
    const auto results = run(spoiled([](BlockOutcome& o) { o.gas_used += 1; }, 5));
    EXPECT_THAT(results[1].error, HasSubstr("differs from serial"));
    EXPECT_EQ(results[1].time.count, 0U);
    EXPECT_EQ(results[0].time.count, 7U);
}

TEST_F(BlockBench, AnErrorIsToldAndHasNoFigure) {
    const auto results = run({"cpu", 2, Execute([](auto&&...) -> Result<Execution> {
                                  return fail(ErrorCode::internal, "out of lanes");
                              })});
    EXPECT_THAT(results[1].error, HasSubstr("out of lanes"));
    EXPECT_EQ(results[1].time.count, 0U);
}

TEST_F(BlockBench, MoreOrFewerOutcomesThanBlocksAreWrong) {
    const auto results = run({"cpu", 2, Execute([](auto&&...) { return Result<Execution>(Execution{}); })});
    EXPECT_THAT(results[1].error, HasSubstr("expected the outcome of one block, got 0"));
}

TEST_F(BlockBench, WhereSerialIsWrongNobodyHasAFigure) {
    const auto results = run(serial, [](const BlockOutcome&) { return "not what the header says"; });
    for (const BenchResult& r : results) {
        EXPECT_THAT(r.error, HasSubstr("not what the header says"));
        EXPECT_EQ(r.time.count, 0U);
    }
}

TEST_F(BlockBench, AnInvalidBlockIsNoBenchmark) {
    block.transactions[0].nonce = 7;
    for (const BenchResult& r : run(serial)) EXPECT_THAT(r.error, HasSubstr("the block is invalid"));
}

TEST_F(BlockBench, LinesFitEightyColumns) {
    auto results = run(spoiled([](BlockOutcome& o) { o.receipts_root.bytes[0] ^= 1; }));
    BenchResult slow = results[0];
    slow.backend = "opencl";
    slow.threads = 4096;
    slow.time = {.median = 98.7654321, .min = 97, .max = 99, .interval = Interval{97, 99}, .count = 31};
    slow.cores_busy = 16.25;
    slow.vs_serial = {.median = 12.34, .min = 11, .max = 13, .interval = Interval{11.11, 13.13}, .count = 31};
    results.push_back(slow);
    BenchReport whole = report(results);
    whole.summaries = {{.workload = "blocks",
                        .what = "blocks whose bound is 2 and more",
                        .backend = "cpu",
                        .threads = 16,
                        .cases = 55,
                        .vs_serial = 12.34,
                        .least = 10.12,
                        .greatest = 15.67,
                        .mgas_per_second = 9876,
                        .of_bound = 0.93,
                        .slower = {"19934113", "19934114", "19934115", "19934116"}}};
    std::istringstream text(table_head() + to_table(results) + closing_lines(whole));
    for (std::string line; std::getline(text, line);) EXPECT_LE(line.size(), 80U) << line;
}

TEST(Page, TextIsEscapedAndEachWorkloadHasItsChart) {
    BenchReport report;
    report.processor = "A <fast> one";
    for (const char* workload : {"erc20", "erc20", "hot"}) {
        BenchResult& r = report.results.emplace_back();
        r.workload = workload;
        r.backend = "serial";
        r.gas = 1000000;
        r.time = {.median = 1, .min = 0.5, .max = 2, .interval = Interval{0.9, 1.1}, .count = 31};
    }
    report.results[1].name = "a<b";
    const std::string page = to_html(report);
    EXPECT_THAT(page, HasSubstr("A &lt;fast&gt; one"));
    EXPECT_THAT(page, HasSubstr("a&lt;b"));
    EXPECT_THAT(page, HasSubstr("<h2>erc20"));
    EXPECT_THAT(page, HasSubstr("<h2>hot"));
    // A bar to the median speed, of the greatest that an interval reaches: 1 of 1.11 Mgas/s.
    EXPECT_THAT(page, HasSubstr("width:90.00%"));
}

}  // namespace
}  // namespace warpevm::tools
