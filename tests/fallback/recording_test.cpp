// SPDX-License-Identifier: Apache-2.0
// What is recorded of a window is what happened in it.
#include "fallback/commit/recording.hpp"

#include <gtest/gtest.h>

#include "fallback/schedule/simulation.hpp"
#include "tests/fallback/compare.hpp"
#include "tests/fallback/random_block.hpp"

namespace warpevm::test {
namespace {

class RecordedWindows : public testing::TestWithParam<uint64_t> {};

TEST_P(RecordedWindows, TellGasReadsAndEffects) {
    for (const Contention contention : contentions) {
        const RandomWindow random(
            {.seed = GetParam(), .fork = Fork::prague, .contention = contention, .blocks = 2});
        ExecutionOptions options;
        options.on_missing_state = OnMissingState::assume_absent;
        options.allow_missing_system_contracts = true;
        const auto expected = serially(random.window, random.state, options);
        ASSERT_TRUE(expected);
        ExecutionContext context;
        const auto window = record_window(context, random.window, random.state, options, 2);
        if (!expected->back().verdict.valid()) {
            EXPECT_FALSE(window) << "an invalid window is no recording";
            continue;
        }
        ASSERT_TRUE(window) << to_string(window.error());
        ASSERT_EQ(window->blocks.size(), expected->size());
        uint32_t observed = 0;
        for (size_t b = 0; b < expected->size(); ++b) {
            const auto& outcomes = (*expected)[b].transactions;
            ASSERT_EQ(window->blocks[b].transactions.size(), outcomes.size());
            for (size_t i = 0; i < outcomes.size(); ++i) {
                const RecordedTransaction& t = window->blocks[b].transactions[i];
                EXPECT_EQ(t.in_order.gas_used, outcomes[i].gas_used);
                EXPECT_GT(t.alone, 0);
                EXPECT_GT(t.in_order.seconds, 0);
                EXPECT_FALSE(t.in_order.reads.empty());
                double last = 0;
                for (const RecordedRead& read : t.in_order.reads) {
                    EXPECT_GE(read.offset, last);
                    last = read.offset;
                    observed += read.observation != RecordedRead::none ? 1 : 0;
                }
                EXPECT_LE(last, t.in_order.seconds);
            }
        }
        EXPECT_GT(observed, window->transactions()) << "each transaction observes its sender, at least";
        // The schedule runs through whatever was recorded.
        for (const unsigned workers : {1, 3, 16}) {
            const ScheduleCounters c = simulate(*window, {.workers = workers}).counters;
            EXPECT_EQ(c.alone + c.in_turn + c.valid + c.stale, window->transactions());
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RecordedWindows, testing::Range<uint64_t>(0, 6));

}  // namespace
}  // namespace warpevm::test
