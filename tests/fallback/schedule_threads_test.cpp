// SPDX-License-Identifier: Apache-2.0
// The schedule on real threads with nothing to execute, so that what they race for is the schedule itself:
// claims, the commit lock, and going to sleep.
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "fallback/commit/parking.hpp"
#include "fallback/schedule/schedule.hpp"

namespace warpevm {
namespace {

/// Each transaction is committed once, in order; nothing else happens.
class Bare {
  public:
    struct Worker {
        WorkerPlace place;
    };

    void before(Worker& /*w*/, uint32_t /*index*/) {}
    /// Long enough for another to hand in the transaction that this one did not find.
    void gives_way(Worker& /*w*/) {
        for (int i = 0; i < 3; ++i) std::this_thread::yield();
    }
    double execute_alone(Worker& /*w*/, uint32_t /*index*/) { return 1; }
    bool execute_ahead(Worker& /*w*/, uint32_t /*index*/) {
        std::this_thread::yield();
        return true;
    }
    double seconds_ahead(Worker& /*w*/) { return 1; }
    void publish(Worker& /*w*/, uint32_t /*index*/) {}
    bool holds_ahead(Worker& /*w*/, uint32_t /*index*/) { return ++looks % 3 != 0; }
    void resume_readers(Worker& /*w*/, uint32_t /*index*/) {}
    bool validate(Worker& /*w*/, uint32_t index) { return index % 5 != 0; }
    /// Up to here transactions may be committed at once.
    uint32_t batch_end(Worker& /*w*/, uint32_t index) { return (index / 8 + 1) * 8; }
    HeldBatch validate_batch(Worker& w, uint32_t begin, uint32_t end) {
        while (begin < end && validate(w, begin)) ++begin;
        return {begin, 1};
    }
    void commit_batch(Worker& w, uint32_t begin, uint32_t end) {
        most_at_once = std::max(most_at_once, end - begin);
        for (; begin < end; ++begin) commit(w, begin);
    }
    void mark_estimate(Worker& /*w*/, uint32_t /*index*/) {}
    double execute_in_turn(Worker& /*w*/, uint32_t /*index*/) { return 1; }
    void commit(Worker& /*w*/, uint32_t index) { in_order &= index == committed++; }
    double seconds_of(uint32_t /*index*/) { return 1; }
    double now(Worker& /*w*/) { return 0; }
    void enter_table(Worker& /*w*/) {}
    void leave_table(Worker& /*w*/) {}
    bool receive_some(Worker& /*w*/) { return false; }
    bool help(Worker& /*w*/) { return false; }
    void wake_one(Worker& /*w*/) { idle.wake_one(); }
    void call_one(Worker& /*w*/) { idle.wake_one(); }

    Parking idle;
    std::atomic<uint32_t> looks{0};
    uint32_t committed = 0, most_at_once = 0;
    bool in_order = true;
};
static_assert(SchedulePlatform<Bare>);

void work(Bare& bare, Schedule<Bare>& schedule, Bare::Worker& w) {
    for (;;) {
        const uint32_t seen = bare.idle.ticket();
        const Step step = schedule.step(w);
        if (step == Step::over) break;
        if (step == Step::idle) bare.idle.park(seen);
    }
    bare.idle.wake_all();
}

/// Ends, however the threads meet: who waits is woken by what it waits for.
TEST(ScheduleOnThreads, NoWakingIsLost) {
    constexpr uint32_t windows = 2000, count = 24;
    const PolicyConstants constants{.least_speedup = 0, .least_batch = 2};
    uint32_t most_at_once = 0;
    for (const unsigned threads : {2U, 3U, 8U})
        for (uint32_t i = 0; i < windows / threads; ++i) {
            Bare bare;
            ScheduleProgress progress(std::vector<uint64_t>(count, 1));
            Schedule<Bare> schedule(bare, progress, constants, threads, {.for_threads = i % 2 == 0});
            Bare::Worker first;
            schedule.open(first);
            std::vector<std::thread> others;
            for (unsigned t = 1; t < threads; ++t)
                others.emplace_back([&] {
                    Bare::Worker w;
                    work(bare, schedule, w);
                });
            work(bare, schedule, first);
            for (std::thread& other : others) other.join();
            ASSERT_EQ(bare.committed, count);
            ASSERT_TRUE(bare.in_order);
            most_at_once = std::max(most_at_once, bare.most_at_once);
        }
    EXPECT_GT(most_at_once, 1U);
}

}  // namespace
}  // namespace warpevm
