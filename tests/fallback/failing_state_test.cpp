// SPDX-License-Identifier: Apache-2.0
// A store that breaks at any read, in any way, on any thread: the execution ends with an error that names the
// key, nobody is left inside, nothing is taken for absent, and the next execution is as good as ever.
#include "tests/fallback/breaking_state.hpp"
#include "tests/fallback/busy_window.hpp"
#include "tests/fallback/compare.hpp"

namespace warpevm::test {
namespace {

/// Everything is speculated, or it is as users have it.
ParallelSettings settings_of(unsigned threads, uint64_t seed) {
    ParallelSettings settings = stressed(threads, seed);
    constexpr Speculate all[] = {Speculate::everything, Speculate::measured, Speculate::at_once};
    settings.speculate = all[seed % std::size(all)];
    return settings;
}

class FailingState : public testing::Test {
  protected:
    FailingState() {
        m_expected = serially(m_busy.window, m_busy.state, {});
        EXPECT_TRUE(m_expected && m_expected->size() == 2 && m_expected->back().verdict.valid());
        const BreakingState counting(m_busy.state, {.at = [](auto...) { return false; }});
        EXPECT_TRUE(serially(m_busy.window, counting, {}));
        for (const ReadKind kind : read_kinds) {
            m_reads[static_cast<size_t>(kind)] = counting.reads(kind);
            EXPECT_GE(counting.reads(kind), 3U);
        }
    }
    [[nodiscard]] uint64_t reads(ReadKind kind) const { return m_reads[static_cast<size_t>(kind)]; }

    /// An answer is the right one, and an error tells of the store.
    void expect_sound(const Result<std::vector<BlockOutcome>>& got, const BreakingState& state) {
        EXPECT_EQ(state.inside(), 0U);
        if (got) return expect_equal(m_expected, got);
        EXPECT_EQ(name(got.error().code), name(ErrorCode::state_failed));
        EXPECT_FALSE(got.error().detail.empty());
        EXPECT_GT(state.broken(), 0U);
    }
    /// Each read of each kind is the first that breaks: that one alone, or all from there on.
    void sweep(uint64_t step, const std::function<void(ReadKind, uint64_t n, const BreakingState&)>& check) {
        uint64_t round = 0;
        for (const ReadKind kind : read_kinds)
            for (uint64_t n = 1; n <= reads(kind); n += step) {
                const Breaks how = ways_to_break[++round % std::size(ways_to_break)];
                for (const bool for_good : {false, true}) {
                    const testing::ScopedTrace trace(__FILE__, __LINE__,
                                                     "read " + std::to_string(n) + " of kind " +
                                                         std::to_string(static_cast<int>(kind)) +
                                                         (for_good ? " and all that follow" : "") + ", way " +
                                                         std::to_string(static_cast<int>(how)));
                    check(kind, n,
                          BreakingState(m_busy.state, {.at =
                                                           [=](ReadKind k, uint64_t i, const SlotKey*) {
                                                               return k == kind &&
                                                                      (for_good ? i >= n : i == n);
                                                           },
                                                       .how = how}));
                    if (HasFailure()) return;
                }
            }
    }
    /// For each number of threads one context, for good and bad executions in turn.
    void sweep_parallel(uint64_t step, std::chrono::microseconds each) {
        for (const unsigned threads : {2U, 3U, 8U})
            for (uint64_t seed = 0; seed < 3; ++seed) {
                ParallelContext context(settings_of(threads, seed));
                uint64_t failed = 0;
                sweep(step, [&](ReadKind kind, uint64_t n, const BreakingState& state) {
                    const BreakingState slow(state, {.at = [](auto...) { return false; }, .each = each});
                    const auto got = execute_parallel(context, m_busy.window, slow, {});
                    failed += got ? 0 : 1;
                    expect_sound(got, state);
                    expect_equal(m_expected, execute_parallel(context, m_busy.window, m_busy.state, {}));
                    (void)kind, (void)n;
                });
                if (HasFailure()) return;
                EXPECT_GT(failed, 0U);
            }
    }

    const BusyWindow m_busy;
    Result<std::vector<BlockOutcome>> m_expected;
    std::array<uint64_t, 4> m_reads{};
};

TEST_F(FailingState, serial_ends_at_the_read_that_broke) {
    ExecutionContext context;
    sweep(1, [&](ReadKind, uint64_t n, const BreakingState& state) {
        context.codes().clear();  // so that codes are read
        const auto got = execute_serial(context, m_busy.window, state, {});
        ASSERT_FALSE(got) << n;
        expect_sound(got, state);
        EXPECT_EQ(state.broken(), 1U) << "a store that broke is asked no more";
        expect_equal(m_expected, execute_serial(context, m_busy.window, m_busy.state, {}));
    });
}

TEST_F(FailingState, parallel_ends_or_finds_another_answer_but_never_a_wrong_one) {
    sweep_parallel(1, std::chrono::microseconds(0));
}

TEST_F(FailingState, a_slow_store_that_is_asked_in_batches_breaks) {
    sweep_parallel(23, std::chrono::microseconds(150));
}

TEST_F(FailingState, what_a_store_threw_is_said) {
    const std::pair<Breaks, std::string> ways[] = {
        {Breaks::says_failed, ""},
        {Breaks::throws, ": the disk is gone"},
        {Breaks::throws_bad_alloc, ": this machine has not enough memory"},
        {Breaks::throws_a_number, ": something that is no std::exception"}};
    for (const auto& [how, said] : ways) {
        const BreakingState state(m_busy.state, {.at =
                                                     [](ReadKind k, uint64_t, const SlotKey* slot) {
                                                         return k == ReadKind::slot &&
                                                                slot->slot == BusyWindow::counted_slot(1);
                                                     },
                                                 .how = how});
        const auto serial = serially(m_busy.window, state, {});
        ASSERT_FALSE(serial);
        EXPECT_EQ(serial.error().detail, "slot 0x429 of 0x0000000000000000000000000000000000c0de00" + said);
        ParallelContext context(settings_of(3, 0));
        expect_equal(serial, execute_parallel(context, m_busy.window, state, {}));
    }
}

/// A key that breaks for good: the first one in block order is the error on each backend, and one that only a
/// stale speculation asks for is none.
TEST_F(FailingState, by_key_every_backend_says_what_serial_says) {
    std::vector<U256> counted;
    for (uint64_t i = 0; i < 4; ++i) counted.push_back(BusyWindow::counted_slot(i));
    const auto is_counter = [](const SlotKey& key) {
        return key.address == BusyWindow::counter && key.slot >= U256{1000};
    };
    const auto is_counted = [&](const SlotKey& key) {
        return std::find(counted.begin(), counted.end(), key.slot) != counted.end();
    };
    uint64_t met = 0;
    for (uint64_t seed = 0; seed < 60; ++seed) {
        // The transfers of the second block call the counter, too, without a number.
        const U256 broken = seed % 5 == 4 ? U256{} : counted[seed % 5];
        const auto breaks = [&](ReadKind kind, uint64_t, const SlotKey* slot) {
            if (kind != ReadKind::slot || !is_counter(*slot)) return false;
            const bool only_stale = !is_counted(*slot) && slot->slot < U256{1256};
            return only_stale || slot->slot == broken;
        };
        // Slow enough that threads meet.
        const BreakingState state(
            m_busy.state,
            {.at = breaks, .how = ways_to_break[seed % 4], .each = std::chrono::microseconds(100)});
        const auto expected = serially(m_busy.window, state, {});
        EXPECT_EQ(expected.has_value(), seed % 5 == 4);
        const uint64_t by_serial = state.broken();
        ParallelContext context(settings_of(static_cast<unsigned>(2 + seed % 3), seed % 5 == 4 ? 0 : seed));
        expect_equal(expected, execute_parallel(context, m_busy.window, state, {}));
        if (expected) met += state.broken() - by_serial;
    }
    EXPECT_GT(met, 0U) << "nobody speculated on a wrong count";
}

TEST_F(FailingState, a_failed_read_is_not_assumed_absent) {
    ExecutionOptions options;
    options.on_missing_state = OnMissingState::assume_absent;
    for (const ReadKind kind : read_kinds) {
        const BreakingState state(m_busy.state,
                                  {.at = [=](ReadKind k, uint64_t, const SlotKey*) { return k == kind; },
                                   .how = Breaks::says_failed});
        const auto serial = serially(m_busy.window, state, options);
        ASSERT_FALSE(serial);
        EXPECT_EQ(serial.error().code, ErrorCode::state_failed);
        for (uint64_t seed = 0; seed < 6; ++seed) {
            ParallelContext context(settings_of(3, seed));
            expect_equal(serial, execute_parallel(context, m_busy.window, state, options));
        }
    }
}

}  // namespace
}  // namespace warpevm::test
