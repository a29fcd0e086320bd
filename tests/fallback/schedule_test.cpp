// SPDX-License-Identifier: Apache-2.0
// The schedule in virtual time: claims, the policy by table, and windows whose best schedule is known.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <thread>

#include "fallback/schedule/list_schedule.hpp"
#include "fallback/schedule/simulation.hpp"

namespace warpevm::test {
namespace {

using Stage = Claims::Stage;

// ---- claims

TEST(Claims, EachIsHandedInByWhoeverClaimedIt) {
    Claims claims(2);
    EXPECT_TRUE(claims.claim(0));
    EXPECT_FALSE(claims.claim(0));
    EXPECT_FALSE(claims.take(0).has_value()) << "a thread is waited for";
    EXPECT_TRUE(claims.hand_in(0));
    EXPECT_FALSE(claims.hand_in(0));
    EXPECT_EQ(claims.take(0), Stage::done);
    EXPECT_EQ(claims.stage(0), Stage::committed);
    EXPECT_EQ(claims.take(1), Stage::open);
    EXPECT_FALSE(claims.claim(1)) << "the commit loop has it";
}

TEST(Claims, ADevicesClaimIsOverridden) {
    Claims claims(2);
    const auto late = claims.lend(0), timely = claims.lend(1);
    ASSERT_TRUE(late && timely);
    EXPECT_EQ(claims.take(0), Stage::lent);
    EXPECT_FALSE(claims.accept(*late)) << "the commit loop did not wait";
    EXPECT_TRUE(claims.accept(*timely));
    EXPECT_FALSE(claims.take(1).has_value()) << "it is being handed in: a matter of microseconds";
    EXPECT_TRUE(claims.hand_in(1));
    EXPECT_EQ(claims.take(1), Stage::done);
}

TEST(Claims, AnOldLoanIsNoClaimAnyMore) {
    Claims claims(1);
    const auto first = claims.lend(0);
    ASSERT_TRUE(first && claims.give_back(*first));
    const auto second = claims.lend(0);
    ASSERT_TRUE(second);
    EXPECT_FALSE(claims.accept(*first));
    EXPECT_FALSE(claims.give_back(*first));
    EXPECT_TRUE(claims.accept(*second) && claims.hand_in(0));
}

TEST(Claims, WhatIsDroppedMayBeBegunAgain) {
    Claims claims(1);
    const auto loan = claims.lend(0);
    ASSERT_TRUE(loan && claims.accept(*loan));
    claims.drop(0);
    EXPECT_FALSE(claims.accept(*loan) || claims.hand_in(0));
    EXPECT_TRUE(claims.claim(0) && claims.hand_in(0));
}

TEST(Claims, WhatWaitsForItsCommitIsLookedAtAgainByOne) {
    Claims claims(2);
    EXPECT_FALSE(claims.reclaim(0)) << "there is no incarnation";
    EXPECT_TRUE(claims.claim(0) && claims.hand_in(0) && claims.reclaim(0));
    EXPECT_FALSE(claims.reclaim(0));
    EXPECT_FALSE(claims.take(0).has_value()) << "who looks is waited for";
    EXPECT_TRUE(claims.hand_in(0));
    EXPECT_EQ(claims.take(0), Stage::done);
    EXPECT_FALSE(claims.reclaim(0)) << "the commit loop has it";
}

TEST(Claims, SeveralAreTakenAtOnce) {
    Claims claims(3);
    for (uint32_t i = 0; i < 3; ++i) EXPECT_TRUE(claims.claim(i) && claims.hand_in(i));
    claims.take_done(0, 2);
    EXPECT_EQ(claims.stage(0), Stage::committed);
    EXPECT_EQ(claims.stage(1), Stage::committed);
    EXPECT_EQ(claims.stage(2), Stage::done);
}

TEST(Policy, BatchesGrowWhileTheyHoldAndPauseAfterAStaleOne) {
    const PolicyConstants constants{.least_batch = 4};
    BatchSizes sizes(constants);
    EXPECT_FALSE(sizes.pays(3));
    EXPECT_TRUE(sizes.pays(4));
    EXPECT_EQ(sizes.most(0), 4U);
    sizes.note(0, 4, 4);
    EXPECT_EQ(sizes.most(4), 8U);
    sizes.note(4, 8, 8);
    EXPECT_EQ(sizes.most(12), 16U);
    sizes.note(12, 3, 10);
    EXPECT_EQ(sizes.most(15), 0U) << "the stale one, and some behind it, go one by one";
    EXPECT_EQ(sizes.most(18), 0U);
    EXPECT_EQ(sizes.most(19), 4U);
}

TEST(Claims, OfManyThreadsOneGetsEach) {
    constexpr uint32_t count = 20'000;
    constexpr unsigned threads = 4;
    Claims claims(count);
    std::atomic<uint32_t> won{0};
    std::vector<std::thread> workers;
    for (unsigned t = 0; t < threads; ++t)
        workers.emplace_back([&] {
            for (;;) {
                const Claims::Range range = claims.next(7, 0, count, threads);
                if (range.empty()) return;
                for (uint32_t i = range.begin; i < range.end; ++i)
                    won += claims.claim(i) && claims.hand_in(i) ? 1 : 0;
            }
        });
    uint32_t taken = 0;
    for (uint32_t i = 0; i < count; ++i) {
        std::optional<Stage> was;
        while (!(was = claims.take(i))) std::this_thread::yield();
        taken += was == Stage::open ? 1 : 0;
    }
    for (std::thread& worker : workers) worker.join();
    EXPECT_EQ(won + taken, count);
}

// ---- policy

TEST(Policy, OpensWhereWhatIsLeftIsWorthIt) {
    const PolicyConstants c{.least_gain = 100e-6, .turn_seconds = 1e-6};
    constexpr double us = 1e-6;
    struct Row {
        AloneSample sample;
        unsigned workers;
        bool opens;
    };
    const Row rows[] = {
        {{.seconds = 10 * us, .gas = 100, .gas_left = 10'000}, 1, false},  // nobody to help
        {{.gas_left = 10'000}, 4, false},                                  // nothing seen yet
        {{.seconds = 10 * us, .gas = 100, .gas_left = 10'000}, 2, true},   // 1 ms left
        {{.seconds = 10 * us, .gas = 100, .gas_left = 1'000}, 2, false},   // 0.1 ms left
        {{.seconds = 10 * us, .gas = 100, .gas_left = 1'500}, 2, false},   // half of 0.15 ms
        {{.seconds = 10 * us, .gas = 100, .gas_left = 1'500}, 4, true},    // three quarters
        {{.seconds = 10 * us, .gas = 100, .gas_left = 10'000, .left = 300}, 2, true},
        {{.seconds = 10 * us, .gas = 100, .gas_left = 10'000, .left = 500}, 2, false},         // 2 us each
        {{.plain_seconds = 10 * us, .plain = 10, .left = 900, .plain_left = 900}, 64, false},  // 1 us each
        {{.plain_seconds = 90 * us, .plain = 9, .left = 100, .plain_left = 100}, 4, true},     // slow to read
        {{.seconds = 10 * us, .gas = 100, .left = 900, .plain_left = 900}, 64, false},  // others than seen
    };
    for (const Row& row : rows)
        EXPECT_EQ(opens(c, row.sample, row.workers), row.opens) << "row " << &row - rows;
}

TEST(Policy, BacksOffWhereSpeculationIsNoFasterThanOneWorker) {
    const PolicyConstants c{.least_speedup = 1.2};
    EXPECT_FALSE(backs_off(c, {.seconds = 1.3, .elapsed = 1}));
    EXPECT_TRUE(backs_off(c, {.seconds = 1.1, .elapsed = 1}));
    EXPECT_TRUE(backs_off(c, {.seconds = 0, .elapsed = 1})) << "nothing was executed";
}

TEST(Policy, SpeculationIsJudgedByEnoughTurnsOfEnoughWork) {
    const PolicyConstants c{.judged_turns = 32, .judged_seconds = 2};
    EXPECT_TRUE(may_judge(c, {.turns = 32, .seconds = 2, .elapsed = 0}));
    EXPECT_FALSE(may_judge(c, {.turns = 31, .seconds = 9, .elapsed = 9}));
    EXPECT_FALSE(may_judge(c, {.turns = 99, .seconds = 1, .elapsed = 9}));
}

TEST(Policy, BackOffsDouble) {
    const PolicyConstants c{.first_back_off = 1};
    std::vector<double> seconds;
    for (const uint32_t n : {0U, 1U, 2U, 3U}) seconds.push_back(back_off_seconds(c, n));
    EXPECT_THAT(seconds, testing::ElementsAre(1, 2, 4, 8));
    EXPECT_GT(back_off_seconds(c, ~0U >> 1), 1e300) << "for ever, and nothing wraps";
}

TEST(Policy, ShortTransactionsAreClaimedSeveralAtOnce) {
    const PolicyConstants c{.claimed_seconds = 16e-6};
    EXPECT_EQ(claim_size(c, 100e-6), 1U);
    EXPECT_EQ(claim_size(c, 4e-6), 4U);
    EXPECT_EQ(claim_size(c, 0), 16U);
}

// ---- windows

/// Transactions that take `seconds` and add one to a slot each: that of their number modulo `slots`.
RecordedWindow counting(uint32_t count, uint32_t slots, double seconds, double charge = 0) {
    RecordedWindow window;
    window.accounts.resize(1);
    window.accounts[0].exists = true;
    for (uint32_t s = 0; s < slots; ++s) window.slots.push_back({0, U256{}});
    RecordedBlock& block = window.blocks.emplace_back();
    for (uint32_t i = 0; i < count; ++i) {
        RecordedTransaction& t = block.transactions.emplace_back();
        t.gas_for_code = 100'000;
        t.alone = seconds;
        t.validate = t.commit = charge;
        const auto run = [&](uint64_t seen) {
            RecordedRun r;
            r.seconds = seconds + charge;
            r.gas_used = 100'000;
            r.reads.push_back({.offset = seconds / 2, .is_slot = true, .key = i % slots, .observation = 0});
            r.observations.slots.push_back({.value = seen, .row = i % slots});
            r.effects.slots.push_back({.value = seen + 1, .row = i % slots});
            return r;
        };
        t.in_order = run(i / slots);
        t.early = run(0);
    }
    return window;
}

TEST(Dependencies, AreWhatATransactionWouldNotHaveSeenOtherwise) {
    const auto needs = dependencies(counting(6, 2, 1e-5));
    EXPECT_THAT(needs, testing::ElementsAre(testing::IsEmpty(), testing::IsEmpty(), testing::ElementsAre(0),
                                            testing::ElementsAre(1), testing::ElementsAre(2),
                                            testing::ElementsAre(3)));
}

TEST(Simulation, IsTheSameOnEveryRun) {
    const RecordedWindow window = counting(300, 40, 20e-6, 1e-6);
    for (const unsigned workers : {1, 2, 7, 64}) {
        const SimulatedRun a = simulate(window, {.workers = workers}),
                           b = simulate(window, {.workers = workers});
        EXPECT_EQ(a.seconds, b.seconds);
        EXPECT_EQ(a.busy, b.busy);
        EXPECT_EQ(a.counters.valid, b.counters.valid);
    }
}

TEST(Simulation, OneWorkerTakesSerialsTime) {
    const RecordedWindow window = counting(100, 1, 20e-6, 5e-6);
    EXPECT_NEAR(simulate(window, {.workers = 1}).seconds, window.serial_seconds(), 1e-9);
}

TEST(Simulation, EachTransactionCommitsOnce) {
    for (const uint32_t slots : {1, 3, 50, 200})
        for (const unsigned workers : {2, 16}) {
            const SimulatedRun run = simulate(counting(200, slots, 20e-6, 1e-6), {.workers = workers});
            const ScheduleCounters& c = run.counters;
            EXPECT_EQ(c.alone + c.in_turn + c.valid + c.stale, 200U) << slots << " by " << workers;
        }
}

TEST(Simulation, IndependentTransactionsScale) {
    const RecordedWindow window = counting(800, 800, 50e-6, 0.3e-6);
    for (const unsigned workers : {2, 4, 8, 16}) {
        const SimulatedRun run = simulate(window, {.workers = workers});
        EXPECT_GT(window.serial_seconds() / run.seconds, 0.8 * workers);
        EXPECT_EQ(run.counters.stale, 0U);
        EXPECT_GE(run.seconds, 0.999 * list_schedule_seconds(window, {.workers = workers}));
    }
}

TEST(Simulation, ASerialChainIsNotWorthManyWorkers) {
    const RecordedWindow window = counting(2000, 1, 20e-6, 0.3e-6);
    EXPECT_NEAR(list_schedule_seconds(window, {.workers = 16}), window.serial_seconds(), 1e-6);
    const SimulatedRun run = simulate(window, {.workers = 16});
    EXPECT_GT(window.serial_seconds() / run.seconds, 0.95);
    EXPECT_LT(run.workers_busy(), 1.45);
}

/// Chains side by side: what becomes stale is executed again by whoever has nothing else to do, and not by
/// the commit loop, one after the other.
TEST(Simulation, WhatIsStaleIsExecutedAgainAheadOfItsTurn) {
    for (const unsigned workers : {4U, 8U, 16U}) {
        const RecordedWindow window = counting(1600, workers, 50e-6, 0.3e-6);
        const SimulatedRun run = simulate(window, {.workers = workers});
        EXPECT_GT(window.serial_seconds() / run.seconds, 0.4 * workers) << workers;
        EXPECT_LT(run.counters.stale, 1600U / 4) << workers;
    }
}

TEST(Simulation, SaysWhereAllOfTheTimeWent) {
    for (const uint32_t slots : {1, 8, 60, 600})
        for (const unsigned workers : {1, 2, 8, 32}) {
            RecordedWindow window = counting(600, slots, 30e-6, 2e-6);
            window.blocks[0].open = window.blocks[0].close = 50e-6;
            window.blocks[0].seal = 200e-6;
            const SimulatedRun run = simulate(window, {.workers = workers});
            const ElapsedTime& e = run.elapsed;
            const double parts[] = {e.alone,         e.backed_off, e.in_turn,    e.stale,
                                    e.charges,       e.waking,     e.frames,     e.running,
                                    e.running_stale, e.suspended,  e.unattended, e.sealing};
            for (const double part : parts) EXPECT_GE(part, 0);
            EXPECT_NEAR(std::accumulate(std::begin(parts), std::end(parts), 0.0), run.seconds, 1e-9)
                << slots << " slots, " << workers << " workers";
            EXPECT_EQ(e.stale > 0, run.counters.stale > 0);
            EXPECT_EQ(e.backed_off > 0, run.counters.back_offs > 0);
        }
}

TEST(Simulation, NothingIsStaleWhereConflictsAreForeseen) {
    for (const uint32_t slots : {1, 8, 60}) {
        const RecordedWindow window = counting(600, slots, 100e-6, 0.3e-6);
        const SimulatedMachine machine{.workers = 8, .foresees_conflicts = true};
        const SimulatedRun run = simulate(window, machine);
        EXPECT_EQ(run.counters.stale, 0U) << slots;
        EXPECT_LT(run.seconds, 1.3 * list_schedule_seconds(window, machine)) << slots;
    }
}

TEST(Simulation, WhatIsSlowedDownTakesLonger) {
    const RecordedWindow window = counting(400, 400, 50e-6, 1e-6);
    const double fast = simulate(window, {.workers = 4}).seconds,
                 slow = simulate(window, {.workers = 4, .slowdown = 2}).seconds;
    EXPECT_NEAR(slow / fast, 2, 0.1);
}

TEST(Simulation, SideBySideWindowsShareWorkersAndNothingElse) {
    const RecordedWindow chain = counting(300, 1, 30e-6, 0.3e-6);
    const RecordedWindow two = side_by_side({&chain, &chain});
    EXPECT_EQ(two.transactions(), 600U);
    EXPECT_EQ(two.blocks.size(), 2U);
    const auto needs = dependencies(two);
    EXPECT_TRUE(needs[300].empty());
    EXPECT_THAT(needs[301], testing::ElementsAre(300));
}

TEST(Simulation, SealingFallsIntoPieces) {
    RecordedWindow window = counting(100, 100, 1e-6);
    window.blocks[0].seal = 10e-3;
    EXPECT_LT(simulate(window, {.workers = 8}).seconds, 3e-3);
}

// ---- recordings in bytes

TEST(Recording, ComesBackFromItsBytes) {
    const RecordedWindow window = counting(50, 7, 20e-6, 1e-6);
    const Bytes bytes = to_bytes(window);
    const auto back = recorded_window(bytes);
    ASSERT_TRUE(back);
    EXPECT_EQ(to_bytes(*back), bytes);
    EXPECT_EQ(simulate(*back, {.workers = 5}).seconds, simulate(window, {.workers = 5}).seconds);
}

TEST(Recording, DamagedBytesAreAnError) {
    const Bytes bytes = to_bytes(counting(3, 2, 20e-6));
    for (size_t size = 0; size < bytes.size(); ++size)
        EXPECT_FALSE(recorded_window(BytesView(bytes).first(size))) << size;
    for (size_t at = 0; at < bytes.size(); ++at) {
        Bytes damaged = bytes;
        damaged[at] = 0xff;
        if (const auto window = recorded_window(damaged)) (void)dependencies(*window);
    }
}

}  // namespace
}  // namespace warpevm::test
