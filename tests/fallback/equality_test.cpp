// SPDX-License-Identifier: Apache-2.0
// The parallel executor against the serial one over seeded random windows. A failing seed is printed; replay
// it alone with WARPEVM_SEED.
#include <cstdlib>

#include "evm/state/state_trie.hpp"
#include "tests/fallback/compare.hpp"
#include "tests/fallback/random_block.hpp"
#include "tests/state/whole_roots.hpp"

namespace warpevm::test {
namespace {

constexpr unsigned thread_counts[] = {1, 2, 3, 8, 64};

BlockShape shape_of(uint64_t seed) {
    return {.seed = seed,
            .fork = forks_by_rules[seed % std::size(forks_by_rules)],
            .contention = contentions[seed / 3 % std::size(contentions)],
            .transactions = static_cast<uint32_t>(seed % 7 == 0 ? 150 : 5 + seed % 50),
            .blocks = seed % 5 == 0 ? 3U : 1U,
            .invalid_percent = seed % 4 == 0 ? 5U : 0U,
            .open_state = seed % 6 == 0};
}

ExecutionOptions options_of(uint64_t seed, const RandomWindow& w, Fork fork) {
    ExecutionOptions options;
    options.on_invalid = seed % 8 == 0 ? OnInvalid::skip : OnInvalid::reject_block;
    if (seed % 12 != 0) options.on_missing_state = OnMissingState::assume_absent;
    options.allow_missing_system_contracts = true;
    if (fork < Fork::byzantium && seed % 2 == 0) options.state_roots = whole_roots(w.state);
    return options;
}

struct Totals {
    uint64_t speculated = 0, direct = 0, repeated = 0, back_offs = 0, invalid = 0, errors = 0, blocks = 0,
             roots = 0;
};

void check_seed(uint64_t seed, Totals& totals) {
    const BlockShape shape = shape_of(seed);
    const RandomWindow w(shape);
    ExecutionOptions options = options_of(seed, w, shape.fork);
    const auto expected = serially(w.window, w.state, options);
    if (!expected)
        ++totals.errors;
    else if (!expected->back().verdict.valid())
        ++totals.invalid;
    if (options.state_roots) {
        options.state_roots = roots_over(w.state);
        expect_equal(expected, serially(w.window, w.state, options));
        for (const BlockOutcome& o : expected ? *expected : std::vector<BlockOutcome>{})
            totals.roots += o.intermediate_roots.size();
    }
    const unsigned threads = thread_counts[seed % std::size(thread_counts)];
    ParallelContext context(stressed(threads, seed));
    std::vector<RouteReport> counters;
    expect_equal(expected, execute_parallel(context, w.window, w.state, options, &counters));
    for (size_t i = 0; i < counters.size(); ++i) {
        const RouteReport& c = counters[i];
        totals.speculated += c.speculated();
        totals.direct += c.direct();
        totals.repeated += c.repeated();
        totals.back_offs += c.back_offs;
        ++totals.blocks;
        if (expected && expected->back().verdict.valid()) {
            EXPECT_EQ(c.transactions(), w.window[i].transactions.size());
        }
    }
}

TEST(ParallelEquality, random_windows_come_out_as_serially) {
    Totals totals;
    const Seeds chosen(1300);
    for (uint64_t seed = chosen.begin; seed < chosen.end; ++seed) {
        const testing::ScopedTrace trace(
            __FILE__, __LINE__,
            "WARPEVM_SEED=" + std::to_string(seed) + " " + std::string(name(shape_of(seed).fork)));
        check_seed(seed, totals);
        if (testing::Test::HasFailure()) return;
    }
    std::printf(
        "%lu blocks: %lu speculated, %lu direct, %lu repeated, %lu back-offs; %lu invalid, %lu errors, %lu "
        "roots\n",
        totals.blocks, totals.speculated, totals.direct, totals.repeated, totals.back_offs, totals.invalid,
        totals.errors, totals.roots);
    if (chosen.one) return;
    for (const uint64_t n :
         {totals.speculated, totals.direct, totals.repeated, totals.invalid, totals.errors, totals.roots})
        EXPECT_GT(n, (chosen.end - chosen.begin) / 100);
}

TEST(ParallelEquality, the_same_block_a_thousand_times_gives_the_same_bytes) {
    const RandomWindow w({.seed = 42, .fork = Fork::prague, .contention = Contention::some});
    ExecutionOptions options;
    options.allow_missing_system_contracts = true;
    const auto expected = serially(w.window, w.state, options);
    ASSERT_TRUE(expected);
    for (const unsigned threads : {2U, 8U}) {
        ParallelContext context(stressed(threads, threads));
        for (int i = 0; i < 500; ++i) {
            const auto got = execute_parallel(context, w.window, w.state, options);
            ASSERT_TRUE(got);
            ASSERT_TRUE(*got == *expected) << "run " << i << " with " << threads << " threads";
        }
    }
}

}  // namespace
}  // namespace warpevm::test
