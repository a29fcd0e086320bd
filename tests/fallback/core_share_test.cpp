// SPDX-License-Identifier: Apache-2.0
// Whether threads get cores: what is reported is made up, so that nothing depends on this machine's load.
#include "fallback/schedule/core_share.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace warpevm {
namespace {

using parallel::Clock;
using namespace std::chrono_literals;

/// A thread that had work for that long, and no core.
void starve(CoreShare& cores, Clock::duration length) {
    cores.note_arrival(Clock::now() - length - parallel::long_call);
}

TEST(CoreShare, nothing_reported_says_nothing) {
    CoreShare cores;
    EXPECT_FALSE(cores.too_few(2, Clock::now()));
}

TEST(CoreShare, little_work_says_nothing) {
    CoreShare cores;
    starve(cores, 1ms);
    EXPECT_FALSE(cores.too_few(2, Clock::now()));
}

TEST(CoreShare, whoever_is_kept_waiting_has_no_core) {
    CoreShare cores;
    starve(cores, 20ms);
    EXPECT_TRUE(cores.too_few(2, Clock::now()));
}

TEST(CoreShare, is_believed_for_a_while_and_longer_each_time) {
    CoreShare cores;
    auto now = Clock::now();
    for (auto belief = parallel::shortest_belief; belief < 4 * parallel::longest_belief; belief *= 2) {
        starve(cores, 20ms);
        ASSERT_TRUE(cores.too_few(2, now));
        const auto believed = std::min(belief, parallel::longest_belief);
        EXPECT_TRUE(cores.too_few(2, now + believed - 1ms));
        now += believed + 1ms;
        EXPECT_FALSE(cores.too_few(2, now)) << "nothing was reported since";
    }
}

/// Works for so many stretches and reports them.
void work(CoreShare& cores, CoreShare::Stretch::Of whose, int stretches) {
    CoreShare::Stretch stretch(whose);
    for (int i = 0; i < stretches; ++i) {
        const auto begin = Clock::now();
        while (Clock::now() - begin < parallel::long_stretch) {
        }
        cores.note(stretch);
    }
}

TEST(CoreShare, a_serial_stretch_does_not_offset_starved_helpers) {
    CoreShare cores;
    work(cores, CoreShare::Stretch::Of::commit_alone, 200);
    starve(cores, 5ms);
    EXPECT_TRUE(cores.too_few(2, Clock::now()));
}

TEST(CoreShare, one_thread_alone_says_nothing) {
    CoreShare cores;
    const auto now = Clock::now();
    starve(cores, 20ms);
    ASSERT_TRUE(cores.too_few(2, now));
    work(cores, CoreShare::Stretch::Of::caller, 50);
    const auto later = now + parallel::shortest_belief + 1ms;
    EXPECT_FALSE(cores.too_few(2, later));
    starve(cores, 100ms);
    ASSERT_TRUE(cores.too_few(2, later));
    EXPECT_TRUE(cores.too_few(2, later + 2 * parallel::shortest_belief - 1ms))
        << "it was not found to be over";
}

TEST(CoreShare, threads_that_come_at_once_are_not_counted) {
    CoreShare cores;
    for (int i = 0; i < 1000; ++i) cores.note_arrival(Clock::now());
    EXPECT_FALSE(cores.too_few(2, Clock::now()));
}

TEST(CoreShare, a_stretch_with_a_wait_is_left_out) {
    CoreShare cores;
    CoreShare::Stretch stretch(CoreShare::Stretch::Of::helper);
    for (int i = 0; i < 5; ++i) {
        struct timespec time {
            .tv_sec = 0, .tv_nsec = 5'000'000
        };
        nanosleep(&time, nullptr);
        cores.note(stretch);
    }
    EXPECT_FALSE(cores.too_few(2, Clock::now())) << "it slept of its own will";
}

TEST(CoreShare, whoever_waits_for_something_else_needs_no_core) {
    CoreShare cores;
    const auto now = Clock::now();
    starve(cores, 20ms);
    ASSERT_TRUE(cores.too_few(2, now));
    CoreShare::Stretch stretch(CoreShare::Stretch::Of::commit_alone);
    std::this_thread::sleep_for(5ms);
    cores.note(stretch);
    EXPECT_FALSE(cores.too_few(2, now)) << "what was believed no longer matters";
}

}  // namespace
}  // namespace warpevm
