// SPDX-License-Identifier: Apache-2.0
// What is said beyond single times: the share of what block and machine allow, who is slower than serial, and
// the real blocks together. All from figures that are given, so nothing here depends on a clock.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "tools/bench/race.hpp"
#include "tools/bench/result.hpp"

namespace warpevm::tools {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

BenchResult block(std::string name, double mgas, double bound, std::string backend = "serial",
                  unsigned threads = 1, double vs_serial = 1) {
    BenchResult r;
    r.workload = "blocks";
    r.name = std::move(name);
    r.gas = static_cast<uint64_t>(1e6 * mgas);
    r.backend = std::move(backend);
    r.threads = threads;
    r.bound = bound;
    r.time.median = 1e-3 * mgas / vs_serial;
    r.time.count = 31;
    r.vs_serial.median = vs_serial;
    return r;
}

/// Two threads reached 1.6; of four blocks three are large, and of these two have something to gain.
BenchReport four_blocks() {
    BenchReport report;
    report.calibration = {{1, Summary{1, 1, 1, {}, 7}}, {2, Summary{1.6, 1.5, 1.7, {}, 7}}};
    const auto add = [&](const char* name, double mgas, double bound, double vs_serial) {
        report.results.push_back(block(name, mgas, bound));
        report.results.push_back(block(name, mgas, bound, "cpu", 2, vs_serial));
    };
    add("100", 1, 1.25, 1.25);  // all of its bound
    add("200", 4, 1.25, 0.625);
    add("300", 10, 2, 1.6);
    add("400", 20, 50, 0.4);
    return report;
}

const BenchSummary& summary_of(const std::vector<BenchSummary>& all, const std::string& backend,
                               const std::string& what) {
    for (const BenchSummary& s : all)
        if (s.backend == backend && s.what == what) return s;
    throw std::out_of_range(backend + ": " + what);
}

TEST(OfBound, IsTheShareOfTheLeastOfBlockAndMachine) {
    const BenchReport report = four_blocks();
    EXPECT_DOUBLE_EQ(report.of_bound(block("", 1, 1.25, "cpu", 2, 1)).value(), 0.8);
    EXPECT_DOUBLE_EQ(report.of_bound(block("", 1, 4, "cpu", 2, 1.2)).value(), 0.75);
}

TEST(OfBound, OneThreadAndUnknownBoundsHaveNone) {
    const BenchReport report = four_blocks();
    EXPECT_FALSE(report.of_bound(block("", 1, 4, "cpu", 1, 1)).has_value());
    BenchResult unknown = block("", 1, 4, "cpu", 2, 1);
    unknown.bound.reset();
    EXPECT_FALSE(report.of_bound(unknown).has_value());
}

TEST(SlowerThanSerial, Takes3PerCentAnd20MicrosecondsMore) {
    const auto slower = [](double serial, double other) {
        BenchResult r;
        set_figures(r, {.seconds = {other, other, 9}, .cores_busy = {1, 1.5, 2}, .error = {}},
                    {.seconds = {serial, serial, 1e-9}, .cores_busy = {}, .error = {}});
        EXPECT_EQ(r.time.median, other);
        EXPECT_EQ(r.vs_serial.median, serial / other);
        EXPECT_EQ(r.cores_busy, 1.5);
        return r.slower;
    };
    EXPECT_FALSE(slower(1e-3, 1e-3));
    EXPECT_FALSE(slower(1e-3, 1.049e-3));
    EXPECT_TRUE(slower(1e-3, 1.051e-3));
    EXPECT_FALSE(slower(30e-6, 50e-6));
    EXPECT_TRUE(slower(30e-6, 51e-6));
    EXPECT_TRUE(slower(100e-3, 103.1e-3));
}

TEST(BlockSummaries, AreOfAllOfLargeAndOfParallelBlocks) {
    BenchReport report = four_blocks();
    report.results[3].slower = report.results[7].slower = true;
    const auto all = summarize_blocks(report);
    std::vector<std::string> named;
    for (const BenchSummary& s : all) named.push_back(s.backend + " " + std::to_string(s.cases));
    EXPECT_THAT(named, ElementsAre("serial 4", "serial 3", "serial 2", "cpu 4", "cpu 3", "cpu 2"));

    const BenchSummary& every = summary_of(all, "cpu", "all blocks");
    EXPECT_DOUBLE_EQ(every.vs_serial, std::pow(1.25 * 0.625 * 1.6 * 0.4, 0.25));
    EXPECT_EQ(every.least, 0.4);
    EXPECT_EQ(every.greatest, 1.6);
    // Shares: 1, 1/2, 1, 1/4.
    EXPECT_DOUBLE_EQ(every.of_bound.value(), std::pow(0.125, 0.25));
    EXPECT_THAT(every.slower, ElementsAre("200", "400"));

    const BenchSummary& large = summary_of(all, "cpu", "blocks of 4 Mgas and more");
    EXPECT_DOUBLE_EQ(large.of_bound.value(), 0.5);
    const BenchSummary& parallel = summary_of(all, "cpu", "blocks whose bound is 2 and more");
    EXPECT_DOUBLE_EQ(parallel.of_bound.value(), 0.5);
    EXPECT_DOUBLE_EQ(parallel.vs_serial, 0.8);
    EXPECT_THAT(parallel.slower, ElementsAre("400"));
    // Gas of both by time of both, which serial executes at 1 Ggas/s.
    EXPECT_DOUBLE_EQ(parallel.mgas_per_second, 30 / (10e-3 / 1.6 + 20e-3 / 0.4));
    EXPECT_FALSE(summary_of(all, "serial", "all blocks").of_bound.has_value());
}

TEST(BlockSummaries, WhoFailedOnABlockHasNone) {
    BenchReport report = four_blocks();
    report.results[1].error = "differs from serial";
    for (const BenchSummary& s : summarize_blocks(report)) EXPECT_EQ(s.backend, "serial");
}

TEST(BlockSummaries, AShareIsOfAllBlocksOrNone) {
    BenchReport report = four_blocks();
    report.results[1].bound.reset();
    const auto all = summarize_blocks(report);
    EXPECT_FALSE(summary_of(all, "cpu", "all blocks").of_bound.has_value());
    EXPECT_TRUE(summary_of(all, "cpu", "blocks of 4 Mgas and more").of_bound.has_value());
}

TEST(BlockSummaries, OtherWorkloadsAreNotBlocks) {
    BenchReport report = four_blocks();
    for (BenchResult& r : report.results) r.workload = "erc20";
    EXPECT_TRUE(summarize_blocks(report).empty());
}

TEST(BlockSummaries, EveryFormOfTheReportHasThem) {
    BenchReport report = four_blocks();
    for (const size_t i : {1U, 3U, 7U}) report.results[i].slower = true;
    report.results[3].cores_busy = 1.87;
    report.summaries = summarize_blocks(report);

    const std::string lines = closing_lines(report);
    EXPECT_THAT(lines, HasSubstr("    0.50 of what block and machine allow (geometric mean)\n"));
    EXPECT_THAT(lines, HasSubstr("    3 slower than serial (by 3 % and 20 us): 100, 200, 400\n"));

    const json document = json::parse(to_json(report));
    EXPECT_EQ(document["results"][3]["bound"], 1.25);
    EXPECT_EQ(document["results"][3]["of_bound"], 0.5);
    EXPECT_EQ(document["results"][3]["cores_busy"], 1.87);
    EXPECT_EQ(document["results"][3]["slower"], true);
    EXPECT_EQ(document["results"][2]["slower"], false);
    EXPECT_TRUE(document["results"][2]["of_bound"].is_null());
    EXPECT_TRUE(document["results"][2]["cores_busy"].is_null());
    EXPECT_EQ(document["summaries"][4]["of_bound_geometric_mean"], 0.5);
    EXPECT_EQ(document["summaries"][4]["slower"], 2);
    EXPECT_TRUE(document["summaries"][1]["of_bound_geometric_mean"].is_null());

    const std::string page = to_html(report);
    EXPECT_THAT(page, HasSubstr("<b>0.50</b> <span class=\"soft\">bound 1.2&times;</span>"));
    EXPECT_THAT(page, HasSubstr(">1.87<"));
}

TEST(BlockSummaries, ManyNamesAreCutShort) {
    BenchReport report;
    BenchSummary s = summarize_blocks(four_blocks()).back();
    report.summaries = {s};
    EXPECT_THAT(closing_lines(report), HasSubstr("    none slower than serial (by 3 % and 20 us)\n"));
    s.slower = {"19934113", "19934114", "19934115", "19934116", "19934117"};
    report.summaries = {s};
    EXPECT_THAT(
        closing_lines(report),
        HasSubstr("    5 slower than serial (by 3 % and 20 us): 19934113, 19934114, 19934115, ...\n"));
}

TEST(Page, ColumnsThatAWorkloadLacksAreLeftOut) {
    BenchReport report = four_blocks();
    EXPECT_THAT(to_html(report), Not(HasSubstr("Cores busy")));
    for (BenchResult& r : report.results) r.cores_busy = 1, r.bound.reset();
    const std::string page = to_html(report);
    EXPECT_THAT(page, HasSubstr("Cores busy"));
    EXPECT_THAT(page, Not(HasSubstr("<th>Of bound</th>")));
}

}  // namespace
}  // namespace warpevm::tools
