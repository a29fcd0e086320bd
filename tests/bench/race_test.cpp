// SPDX-License-Identifier: Apache-2.0
// Interleaving: the order of turns, what happens to who is wrong, and to a round that the user stopped.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "tools/bench/calibration.hpp"
#include "tools/bench/race.hpp"
#include "tools/common/interrupt.hpp"

namespace warpevm::tools {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Race, ContestantsTakeTurns) {
    std::string order;
    const std::vector<Contestant> contestants{[&]() -> Turn {
                                                  return order += 'A', Timing{1, 1.5};
                                              },
                                              [&]() -> Turn {
                                                  return order += 'B', Timing{2, 1};
                                              }};
    const Race result = race(contestants, 3, [&] { order += '.'; });
    EXPECT_EQ(order, "AB.AB.AB.");
    EXPECT_THAT(result.contestants[0].seconds, ElementsAre(1, 1, 1));
    EXPECT_THAT(result.contestants[1].seconds, ElementsAre(2, 2, 2));
    EXPECT_THAT(result.contestants[0].cores_busy, ElementsAre(1.5, 1.5, 1.5));
    EXPECT_THAT(result.contestants[1].cores_busy, ElementsAre(0.5, 0.5, 0.5));
    EXPECT_FALSE(result.interrupted);
}

TEST(Race, WhoIsWrongOnceHasNoTimesAtAll) {
    int turns = 0;
    const std::vector<Contestant> contestants{[]() -> Turn {
                                                  return Timing{1, 1};
                                              },
                                              [&]() -> Turn {
                                                  if (++turns == 3)
                                                      return tl::unexpected<std::string>("wrong");
                                                  return Timing{0.5, 1};
                                              }};
    const Race result = race(contestants, 6, [] {});
    EXPECT_EQ(turns, 3);
    EXPECT_EQ(result.contestants[1].error, "wrong");
    EXPECT_THAT(result.contestants[1].seconds, IsEmpty());
    EXPECT_THAT(result.contestants[1].cores_busy, IsEmpty());
    EXPECT_EQ(result.contestants[0].seconds.size(), 6U);
}

/// In a process of its own, since the request to stop stays.
void stop_in_the_third_round() {
    install_interrupt_handler();
    int turns = 0;
    const std::vector<Contestant> contestants{[&]() -> Turn {
                                                  if (++turns == 3) std::raise(SIGINT);
                                                  return Timing{1, 1};
                                              },
                                              []() -> Turn {
                                                  return Timing{1, 1};
                                              }};
    const Race result = race(contestants, 100, [] {});
    bool right = result.interrupted && turns == 3;
    for (const Measured& m : result.contestants)
        right = right && m.seconds.size() == 2 && m.cores_busy.size() == 2;
    std::exit(right ? 0 : 1);
}

TEST(RaceDeathTest, AnUnfinishedRoundCountsForNobody) {
    EXPECT_EXIT(stop_in_the_third_round(), testing::ExitedWithCode(0), "");
}

TEST(Calibrations, OneThreadIsOneAndTwoAreMeasured) {
    Calibration calibration({1, 2});
    calibration.advance();
    calibration.finish();
    const auto points = calibration.points();
    ASSERT_EQ(points.size(), 2U);
    EXPECT_EQ(points[0].scaling.median, 1);
    EXPECT_EQ(points[1].threads, 2U);
    EXPECT_GE(points[1].scaling.count, 7U);
    // However busy the machine is, two threads are no less than a fraction of one; a burst elsewhere during
    // the single thread's turn may make them look better than two.
    EXPECT_GT(points[1].scaling.median, 0.1);
    EXPECT_LT(points[1].scaling.median, 10);
    EXPECT_TRUE(points[1].scaling.interval.has_value());
    EXPECT_EQ(calibration.scaling(2), points[1].scaling.median);
    EXPECT_EQ(calibration.scaling(64), 1);
}

}  // namespace
}  // namespace warpevm::tools
