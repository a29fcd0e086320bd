// SPDX-License-Identifier: Apache-2.0
// Whether threads get cores: what is reported is made up, so that nothing depends on this machine's load.
#include "fallback/core_share.hpp"

#include <gtest/gtest.h>

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

TEST(CoreShare, threads_that_come_at_once_are_not_counted) {
    CoreShare cores;
    for (int i = 0; i < 1000; ++i) cores.note_arrival(Clock::now());
    EXPECT_FALSE(cores.too_few(2, Clock::now()));
}

TEST(CoreShare, a_stretch_with_a_wait_is_left_out) {
    CoreShare cores;
    CoreShare::Stretch stretch;
    for (int i = 0; i < 5; ++i) {
        struct timespec time {
            .tv_sec = 0, .tv_nsec = 5'000'000
        };
        nanosleep(&time, nullptr);
        cores.note(stretch);
    }
    EXPECT_FALSE(cores.too_few(2, Clock::now())) << "it slept of its own will";
}

}  // namespace
}  // namespace warpevm
