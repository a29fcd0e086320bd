// SPDX-License-Identifier: Apache-2.0
// The parallel executor against the serial one on every generated workload, which differ in how far their
// transactions depend on one another.
#include <algorithm>
#include <array>

#include "bench/workload/scenario.hpp"
#include "tests/fallback/compare.hpp"

namespace warpevm::test {
namespace {

using workload::PreparedBlock;
using workload::Scenario;

#ifdef WARPEVM_SANITIZED
constexpr size_t transactions = 60, repetitions = 60;
#else
constexpr size_t transactions = 200, repetitions = 1000;
#endif

std::string case_name(const Scenario& s) {
    return std::string(s.workload) + (s.name.empty() ? "" : "/" + std::string(s.name));
}

TEST(ParallelWorkloads, come_out_as_serially) {
    std::vector<std::pair<std::string, PreparedBlock>> blocks;
    std::vector<Result<std::vector<BlockOutcome>>> expected;
    for (const Scenario& s : workload::scenarios()) {
        blocks.emplace_back(case_name(s), s.block({.transactions = transactions, .seed = 7}));
        const PreparedBlock& block = blocks.back().second;
        expected.push_back(serially({&block.input, 1}, block.state, {}));
        ASSERT_TRUE(expected.back()) << to_string(expected.back().error());
        ASSERT_TRUE(expected.back()->front().verdict.valid());
    }
    for (const Speculate speculate : {Speculate::measured, Speculate::at_once, Speculate::everything})
        for (const unsigned threads : {1U, 2U, 3U, 8U, 64U}) {
            ParallelContext context({.threads = threads, .speculate = speculate, .at_hand_over = {}});
            uint64_t speculated = 0;
            for (size_t i = 0; i < blocks.size(); ++i) {
                const testing::ScopedTrace trace(__FILE__, __LINE__,
                                                 blocks[i].first + ", " + std::to_string(threads) +
                                                     " threads, Speculate " +
                                                     std::to_string(static_cast<int>(speculate)));
                const PreparedBlock& block = blocks[i].second;
                std::vector<RouteReport> counters;
                const auto got = execute_parallel(context, {&block.input, 1}, block.state, {}, &counters);
                expect_equal(expected[i], got);
                if (testing::Test::HasFailure()) return;
                for (const RouteReport& c : counters) speculated += c.speculated();
            }
            if (speculate == Speculate::everything && threads > 1) {
                EXPECT_GT(speculated, blocks.size() * transactions / 2) << threads << " threads";
            }
        }
}

TEST(ParallelWorkloads, a_contended_block_a_thousand_times_gives_the_same_bytes) {
    const auto all = workload::scenarios();
    const auto mixed =
        std::find_if(all.begin(), all.end(), [](const Scenario& s) { return s.workload == "mixed"; });
    ASSERT_NE(mixed, all.end());
    const PreparedBlock block = mixed->block({.transactions = 100, .seed = 3});
    const auto expected = serially({&block.input, 1}, block.state, {});
    ASSERT_TRUE(expected);
    uint64_t repeated = 0;
    for (uint64_t seed = 0; seed < 4; ++seed) {
        const unsigned threads = std::array{2U, 8U, 3U, 64U}[seed];
        ParallelContext context(stressed(threads, seed));
        for (size_t i = 0; i < repetitions / 4; ++i) {
            std::vector<RouteReport> counters;
            const auto got = execute_parallel(context, {&block.input, 1}, block.state, {}, &counters);
            ASSERT_TRUE(got);
            if (*got != *expected) {
                expect_equal(expected, got);
                FAIL() << "run " << i << " with " << threads << " threads";
            }
            repeated += counters.front().repeated();
        }
    }
    EXPECT_GT(repeated, repetitions / 4) << "the block is not contended";
}

}  // namespace
}  // namespace warpevm::test
