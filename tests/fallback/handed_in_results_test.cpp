// SPDX-License-Identifier: Apache-2.0
// First incarnations that were computed elsewhere: correct, stale, absent and corrupted ones.
#include "fallback/commit/speculation.hpp"
#include "tests/fallback/compare.hpp"
#include "tests/fallback/random_block.hpp"

namespace warpevm::test {
namespace {

/// Runs every transaction on the window's pre-state, as a device would in its first launch.
std::vector<TransactionResult> elsewhere(const BlockInput& block, const StateView& state, CodeCache& codes,
                                         const ExecutionOptions& options) {
    Versions versions;
    versions.reset(state, 64, 64);
    EntryArena arena;
    MachineBuffers buffers;
    Speculation speculation(versions, arena, codes, buffers, block, options, Interpreter::plain);
    std::vector<TransactionResult> results;
    for (const BlockTransaction& tx : block.transactions) {
        Incarnation t;
        speculation.run(tx, {.position = 1, .sender = &tx.sender, .nonce = tx.tx->nonce}, t);
        TransactionResult& r = results.emplace_back();
        for (const AccountEntry* entry : t.accounts) r.accounts.push_back(entry->address);
        for (const SlotEntry* entry : t.slots) r.slots.push_back({entry->account->address, entry->key});
        r.observations = t.observations;
        r.effects = t.effects;
        r.outcome = t.outcome;
        r.outcome.first_log = 0;
        r.logs = t.logs;
    }
    return results;
}

class HandedInResult : public testing::TestWithParam<uint64_t> {
  protected:
    HandedInResult() {
        m_options.on_missing_state = OnMissingState::assume_absent;
        m_options.allow_missing_system_contracts = true;
        m_results = elsewhere(block(), m_window.state, m_context.serial().codes(), m_options);
        for (const TransactionResult& r : m_results) m_handed_in.push_back(&r);
    }
    const BlockInput& block() const { return m_window.window.front(); }

    BlockCounters run_and_compare() {
        std::vector<BlockCounters> counters;
        const auto expected = serially(m_window.window, m_window.state, m_options);
        m_valid = expected && expected->front().verdict.valid();
        expect_equal(expected, execute_parallel(m_context, m_window.window, m_window.state, m_options,
                                                {m_handed_in}, &counters));
        return counters.front();
    }

    RandomWindow m_window{{.seed = GetParam(), .fork = Fork::prague, .contention = Contention::some}};
    ParallelContext m_context{stressed(3, GetParam())};
    ExecutionOptions m_options;
    std::vector<TransactionResult> m_results;
    std::vector<const TransactionResult*> m_handed_in;
    bool m_valid = false;  ///< else the commit loop ends early
};

TEST_P(HandedInResult, correct_ones_are_kept_and_stale_ones_run_again) {
    const BlockCounters c = run_and_compare();
    EXPECT_GT(c.handed_in_kept, 0U);
    EXPECT_GT(c.handed_in_stale, 0U);
    if (m_valid) {
        EXPECT_EQ(c.handed_in_kept + c.handed_in_stale, c.transactions);
    }
}

TEST_P(HandedInResult, some_may_be_absent) {
    for (size_t i = 0; i < m_handed_in.size(); i += 3) m_handed_in[i] = nullptr;
    const BlockCounters c = run_and_compare();
    EXPECT_GT(c.handed_in_kept, 0U);
    if (m_valid) {
        EXPECT_EQ(c.speculated + c.direct + c.repeated, c.transactions);
    }
}

/// Each kind of corruption that can be seen, in every transaction.
TEST_P(HandedInResult, corrupted_ones_are_caught) {
    const std::vector<TransactionResult> good = m_results;
    const std::function<void(TransactionResult&)> corruptions[] = {
        [](auto& r) {
            for (auto& o : r.observations.accounts) o.nonce = o.nonce.value_or(0) + 1;
        },
        [](auto& r) {
            for (auto& o : r.observations.accounts) o.balance.exact = U256{1} << 130;
        },
        [](auto& r) {
            for (auto& o : r.observations.accounts) o.code_hash = Hash{};
        },
        [](auto& r) {
            for (auto& o : r.observations.accounts) o.row = 1'000'000;
        },
        [](auto& r) {
            for (auto& e : r.effects.accounts) e.row = 1'000'000;
        },
        [](auto& r) {
            for (auto& e : r.effects.accounts) e.delta = U256{0} - (U256{1} << 200);
        },
        [](auto& r) {
            for (auto& e : r.effects.accounts) e.code_hash = Hash{};
        },
        [](auto& r) {
            r.observations.slots.push_back({1'000'000, {}});
        },
        [](auto& r) {
            r.effects.slots.push_back({1'000'000, {}});
        },
        [](auto& r) { r.outcome.gas_used = ~uint64_t{0}; },
        [](auto& r) { r.outcome.log_count += 1; },
        [](auto& r) { r.outcome.effective_gas_price += U256{1}; },
        [](auto& r) { r.outcome.created = Address::from_low(1); },
        [](auto& r) {
            r.slots.push_back({Address::from_low(0xabcdef), 1});
        },
    };
    for (const auto& corrupt : corruptions) {
        const testing::ScopedTrace trace(__FILE__, __LINE__,
                                         "corruption " + std::to_string(&corrupt - corruptions));
        m_results = good;
        for (TransactionResult& r : m_results) corrupt(r);
        const BlockCounters c = run_and_compare();
        EXPECT_EQ(c.handed_in_kept, 0U);
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, HandedInResult, testing::Range<uint64_t>(1, 13));

}  // namespace
}  // namespace warpevm::test
