// SPDX-License-Identifier: Apache-2.0
// Plain transfers, which the commit loop enters in the table without running anything, against the serial
// executor over seeded random windows. A failing seed is printed; replay it alone with WARPEVM_SEED.
#include <cstdlib>

#include "evm/state/state_trie.hpp"
#include "fallback/commit/plain_transfer.hpp"
#include "tests/fallback/compare.hpp"
#include "tests/fallback/transfer_window.hpp"
#include "tests/state/whole_roots.hpp"

namespace warpevm::test {
namespace {

#ifdef WARPEVM_SANITIZED
constexpr uint64_t seeds = 100;
#else
constexpr uint64_t seeds = 500;
#endif
constexpr unsigned thread_counts[] = {1, 2, 3, 8};

TransferShape shape_of(uint64_t seed) {
    // Small numbers without common factors, so that seeds go through their combinations.
    return {.seed = seed,
            .fork = forks_by_rules[seed % std::size(forks_by_rules)],
            .transactions = static_cast<uint32_t>(seed % 9 == 0 ? 150 : 20 + seed % 40),
            .blocks = static_cast<uint32_t>(seed % 5 < 3 ? 1 : seed % 5 - 1),
            .others_percent = static_cast<uint32_t>(seed % 8 == 0 ? 45 : 20),
            .invalid_percent = seed % 4 == 1 ? 6U : 0U,
            .any_recipient = seed % 3 != 0,
            .long_calls = seed % 11 == 0,
            .open_state = seed % 7 == 0};
}

ExecutionOptions options_of(uint64_t seed, const TransferWindow& w, Fork fork) {
    ExecutionOptions options;
    options.on_invalid = seed % 8 == 5 ? OnInvalid::skip : OnInvalid::reject_block;
    if (seed % 14 != 0) options.on_missing_state = OnMissingState::assume_absent;
    options.allow_missing_system_contracts = true;
    // What a reward changes hides what transactions changed of the same account.
    if (seed % 2 == 0) options.reward = Reward::none;
    if (fork < Fork::byzantium && seed % 16 < 6) options.state_roots = whole_roots(w.state);
    return options;
}

struct Totals {
    uint64_t transfers = 0, speculated = 0, back_offs = 0, invalid = 0, errors = 0, assumed = 0;
    /// Transfers that were taken in which two parties were one account.
    uint64_t to_itself = 0, from_beneficiary = 0, to_beneficiary = 0, all_one = 0;
};

/// Counts coincidences of a block whose every transfer was taken, so that which were is known.
void count_coincidences(const BlockInput& block, uint64_t taken, Totals& totals) {
    const auto has_form = [&](const BlockTransaction& t) {
        return may_be_plain_transfer(t, block.rules.fork);
    };
    const auto& all = block.transactions;
    if (static_cast<uint64_t>(std::count_if(all.begin(), all.end(), has_form)) != taken) return;
    const Address& beneficiary = block.environment.beneficiary;
    for (const BlockTransaction& t : all) {
        if (!has_form(t)) continue;
        const bool itself = *t.tx->to == t.sender, from = t.sender == beneficiary,
                   to = *t.tx->to == beneficiary;
        totals.to_itself += itself && !from ? 1 : 0;
        totals.from_beneficiary += from && !to ? 1 : 0;
        totals.to_beneficiary += to && !from ? 1 : 0;
        totals.all_one += itself && from ? 1 : 0;
    }
}

void check_seed(uint64_t seed, std::span<ParallelContext* const> contexts, Totals& totals) {
    const TransferShape shape = shape_of(seed);
    const TransferWindow w(shape);
    ExecutionOptions options = options_of(seed, w, shape.fork);
    const auto expected = serially(w.window, w.state, options);
    if (options.state_roots) options.state_roots = roots_over(w.state);
    totals.errors += expected ? 0 : 1;
    totals.invalid += expected && !expected->back().verdict.valid() ? 1 : 0;
    if (expected)
        for (const BlockOutcome& outcome : *expected) totals.assumed += outcome.assumed_accounts.size();
    for (ParallelContext* context : contexts) {
        const testing::ScopedTrace trace(__FILE__, __LINE__, std::to_string(context->threads()) + " threads");
        std::vector<RouteReport> counters;
        expect_equal(expected, execute_parallel(*context, w.window, w.state, options, &counters));
        for (size_t i = 0; i < counters.size(); ++i) {
            totals.transfers += counters[i].transfers;
            totals.speculated += counters[i].speculated();
            totals.back_offs += counters[i].back_offs;
            if (expected && (*expected)[i].verdict.valid())
                count_coincidences(w.window[i], counters[i].transfers, totals);
        }
    }
}

TEST(Transfers, random_windows_come_out_as_serially) {
    std::deque<ParallelContext> owned;
    std::vector<ParallelContext*> contexts;
    for (const unsigned threads : thread_counts) {
        // Three of them get strange schedules.
        ParallelSettings settings = stressed(threads, threads % 3 == 0 ? 1 : 0);
        settings.speculate = threads % 2 == 0 ? Speculate::at_once : Speculate::everything;
        contexts.push_back(&owned.emplace_back(settings));
    }
    Totals totals;
    const Seeds chosen(seeds);
    for (uint64_t seed = chosen.begin; seed < chosen.end; ++seed) {
        const testing::ScopedTrace trace(
            __FILE__, __LINE__,
            "WARPEVM_SEED=" + std::to_string(seed) + " " + std::string(name(shape_of(seed).fork)));
        check_seed(seed, contexts, totals);
        if (testing::Test::HasFailure()) return;
    }
    std::printf(
        "%lu transfers (to itself %lu, from the beneficiary %lu, to it %lu, both %lu); %lu speculated, "
        "%lu back-offs, %lu assumed, %lu invalid, %lu errors\n",
        totals.transfers, totals.to_itself, totals.from_beneficiary, totals.to_beneficiary, totals.all_one,
        totals.speculated, totals.back_offs, totals.assumed, totals.invalid, totals.errors);
    if (chosen.one) return;
    for (const uint64_t n : {totals.to_itself, totals.from_beneficiary, totals.to_beneficiary, totals.all_one,
                             totals.assumed, totals.invalid, totals.errors})
        EXPECT_GT(n, (chosen.end - chosen.begin) / 100);
    EXPECT_GT(totals.transfers, 10 * (chosen.end - chosen.begin));
}

}  // namespace
}  // namespace warpevm::test
