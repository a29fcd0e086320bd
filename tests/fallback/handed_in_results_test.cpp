// SPDX-License-Identifier: Apache-2.0
// Results that were computed elsewhere: correct, stale, absent, late, doubled and corrupted ones, handed in
// before the window, while it runs, and after it.
#include <thread>

#include "tests/fallback/compare.hpp"
#include "tests/fallback/random_block.hpp"
#include "tools/bench/loopback.hpp"

namespace warpevm::test {
namespace {

class HandedInResult : public testing::TestWithParam<uint64_t> {
  protected:
    HandedInResult() {
        m_options.on_missing_state = OnMissingState::assume_absent;
        m_options.allow_missing_system_contracts = true;
        tools::Loopback device(m_window.state, m_context.serial().codes(), m_options);
        for (const BlockInput& block : m_window.window)
            for (uint32_t i = 0; i < block.transactions.size(); ++i)
                m_good.push_back(device.execute(block, i, m_results));
    }

    /// Whatever the borrower does, the outcome is serial's.
    RouteReport run_and_compare(const Borrower& borrower) {
        std::vector<RouteReport> counters;
        const auto expected = serially(m_window.window, m_window.state, m_options);
        ParallelSettings settings = stressed(3, GetParam());
        if (m_least_batch != 0) settings.least_batch = m_least_batch;
        ParallelContext context(settings);
        m_valid = expected && expected->back().verdict.valid();
        expect_equal(expected, execute_parallel(context, m_window.window, m_window.state, m_options,
                                                &counters, borrower));
        RouteReport sum;
        for (const RouteReport& c : counters) sum += c;
        return sum;
    }
    /// Borrows each that `wanted` names.
    std::vector<Claims::Loan> borrow(Loans& loans, const std::function<bool(uint32_t)>& wanted) const {
        std::vector<Claims::Loan> got;
        for (uint32_t i = 0; i < m_good.size(); ++i)
            if (wanted(i)) {
                const auto loan = loans.borrow(i);
                if (loan) got.push_back(*loan);
            }
        return got;
    }
    /// Of the borrowed ones.
    static TransactionResults select(const TransactionResults& all, std::span<const Claims::Loan> loans) {
        TransactionResults some = all;
        some.transactions.clear();
        for (const Claims::Loan& loan : loans) some.transactions.push_back(all.transactions[loan.index]);
        return some;
    }
    Borrower before_the_window(const std::function<bool(uint32_t)>& wanted) const {
        return [this, wanted](const std::shared_ptr<Loans>& loans, std::span<const BlockInput>) {
            const auto borrowed = borrow(*loans, [&](uint32_t i) { return m_good[i] && wanted(i); });
            loans->hand_in(borrowed, select(m_results, borrowed));
        };
    }

    RandomWindow m_window{{.seed = GetParam(), .fork = Fork::prague, .contention = Contention::some}};
    ParallelContext m_context{stressed(3, GetParam())};
    ExecutionOptions m_options;
    uint32_t m_least_batch = 0;  ///< 0: whatever the seed says
    TransactionResults m_results;
    std::vector<bool> m_good;
    bool m_valid = false;  ///< else the commit loop ends early
};

TEST_P(HandedInResult, correct_ones_are_kept_and_stale_ones_run_again) {
    const RouteReport c = run_and_compare(before_the_window([](uint32_t) { return true; }));
    EXPECT_GT(c[Route::elsewhere], 0U);
    EXPECT_GT(c[Route::elsewhere_stale] + c.again, 0U);  // in their turn, or ahead of it
    if (m_valid) {
        EXPECT_EQ(c.transactions(), m_good.size());
    }
}

/// A batch holds what depends on earlier transactions of the same batch, and ends before what is stale.
TEST_P(HandedInResult, some_are_committed_together) {
    RouteReport sum;
    for (const uint32_t least : {1U, 3U}) {
        m_least_batch = least;
        sum += run_and_compare(before_the_window([](uint32_t) { return true; }));
    }
    EXPECT_GT(sum.batched, 0U);
    EXPECT_LT(sum.batched, sum.transactions());
}

TEST_P(HandedInResult, some_may_be_absent) {
    const RouteReport c = run_and_compare(before_the_window([](uint32_t i) { return i % 3 != 0; }));
    EXPECT_GT(c[Route::elsewhere], 0U);
}

TEST_P(HandedInResult, they_may_come_while_the_window_runs_or_never) {
    for (const bool waits : {false, true}) {
        ParallelSettings settings = stressed(3, GetParam());
        settings.waits_for_loans = waits;
        ParallelContext context(settings);
        const auto expected = serially(m_window.window, m_window.state, m_options);
        std::thread device;
        const Borrower borrower = [&](std::shared_ptr<Loans> loans, std::span<const BlockInput>) {
            device = std::thread([this, loans, waits] {
                std::mt19937_64 random(GetParam());
                while (!loans->over()) {
                    auto borrowed = loans->borrow_last(1 + random() % 8, ~0U, [](uint32_t) { return true; });
                    if (borrowed.empty()) break;
                    std::this_thread::sleep_for(std::chrono::microseconds(random() % 300));
                    TransactionResults results = select(m_results, borrowed);
                    // Some are lost, or given back, or handed in twice.
                    const uint64_t fate = random() % 6;
                    if (fate == 0 && !waits) continue;
                    if (fate == 1) {
                        loans->give_back(borrowed, "tired");
                        continue;
                    }
                    loans->hand_in(borrowed, results);
                    if (fate == 2) {
                        EXPECT_EQ(loans->hand_in(borrowed, results), 0U) << "they were taken before";
                    }
                    loans->give_back(borrowed, "wrong");  // where they were wrong, that was done already
                }
                for (int i = 0; i < 100 && !loans->over(); ++i)
                    std::this_thread::sleep_for(std::chrono::milliseconds(1));
                EXPECT_FALSE(loans->borrow(0)) << "by now nothing is left to lend";
            });
        };
        expect_equal(expected, execute_parallel(context, m_window.window, m_window.state, m_options, nullptr,
                                                borrower));
        device.join();
    }
}

/// Each kind of corruption that can be seen, in every transaction.
TEST_P(HandedInResult, corrupted_ones_are_caught) {
    const TransactionResults good = m_results;
    const std::function<void(TransactionResults&)> corruptions[] = {
        [](auto& r) {
            for (auto& o : r.account_observations) ++o.nonce, o.flags |= OBSERVED_NONCE;
        },
        [](auto& r) {
            for (auto& o : r.account_observations) o.balance = U256{1} << 130, o.flags |= OBSERVED_BALANCE;
        },
        [](auto& r) {
            for (auto& o : r.account_observations) o.code_hash = Hash{}, o.flags |= OBSERVED_CODE;
        },
        [](auto& r) {
            for (auto& o : r.account_observations) o.row += 1'000'000;
        },
        [](auto& r) {
            for (auto& o : r.account_observations) o.row ^= ROW_IS_NEW_KEY;
        },
        [](auto& r) {
            for (auto& e : r.account_effects) e.row = 1'000'000;
        },
        [](auto& r) {
            for (auto& e : r.account_effects) e.delta = U256{0} - (U256{1} << 200);
        },
        [](auto& r) {
            for (auto& e : r.account_effects) e.code_hash = Hash{}, e.flags |= WROTE_CODE;
        },
        [](auto& r) { r.slot_observations.push_back({.row = ROW_IS_NEW_KEY | 1'000'000}); },
        [](auto& r) { r.slot_effects.push_back({.row = 1'000'000}); },
        [](auto& r) { r.slots_read.push_back(1); },
        [](auto& r) {
            for (auto& t : r.transactions) t.gas_used = ~uint64_t{0};
        },
        [](auto& r) {
            for (auto& t : r.transactions) t.logs.count += 1'000'000;
        },
        [](auto& r) {
            for (auto& t : r.transactions) t.account_effects.first = ~uint32_t{0};
        },
        [](auto& r) {
            for (auto& t : r.transactions) t.slots_read.count = ~uint32_t{0};
        },
        [](auto& r) { r.transactions.pop_back(); },
    };
    for (const auto& corrupt : corruptions) {
        const testing::ScopedTrace trace(__FILE__, __LINE__,
                                         "corruption " + std::to_string(&corrupt - corruptions));
        const RouteReport c =
            run_and_compare([&](const std::shared_ptr<Loans>& loans, std::span<const BlockInput>) {
                const auto borrowed = borrow(*loans, [&](uint32_t i) { return m_good[i]; });
                TransactionResults results = select(good, borrowed);
                corrupt(results);
                loans->hand_in(borrowed, std::move(results));
            });
        EXPECT_EQ(c[Route::elsewhere], 0U);
    }
}

TEST_P(HandedInResult, a_window_that_has_ended_lends_and_takes_nothing) {
    std::shared_ptr<Loans> kept;
    std::vector<Claims::Loan> borrowed;
    run_and_compare([&](const std::shared_ptr<Loans>& loans, std::span<const BlockInput>) {
        kept = loans;
        borrowed = borrow(*loans, [&](uint32_t i) { return m_good[i]; });
    });
    EXPECT_TRUE(kept->over());
    EXPECT_FALSE(kept->borrow(0));
    EXPECT_TRUE(kept->borrow_last(10, ~0U, [](uint32_t) { return true; }).empty());
    EXPECT_EQ(kept->hand_in(borrowed, select(m_results, borrowed)), 0U);
    kept->give_back(borrowed, "late");
}

/// Everything is lent to somebody who never answers, and the commit loop waits.
TEST(HandedInResults, a_cancellation_ends_the_wait_for_a_loan) {
    const RandomWindow w({.seed = 1, .fork = Fork::prague, .contention = Contention::some});
    for (const unsigned threads : {1U, 3U}) {
        ParallelContext context({.threads = threads, .waits_for_loans = true, .at_hand_over = {}});
        Cancellation cancellation;
        ExecutionContext serial;
        serial.set_cancellation(&cancellation);
        context.run_with(serial);
        std::thread canceller([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
            cancellation.cancel();
        });
        const auto got =
            execute_parallel(context, w.window, w.state, {}, nullptr,
                             [](const std::shared_ptr<Loans>& loans, std::span<const BlockInput> window) {
                                 for (uint32_t i = 0; i < window.front().transactions.size(); ++i)
                                     EXPECT_TRUE(loans->borrow(i));
                             });
        canceller.join();
        ASSERT_FALSE(got);
        EXPECT_EQ(got.error().code, ErrorCode::cancelled);
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, HandedInResult, testing::Range<uint64_t>(1, 13));

}  // namespace
}  // namespace warpevm::test
