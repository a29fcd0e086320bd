// SPDX-License-Identifier: Apache-2.0
// Medians and their intervals: exact ranks, and that the interval holds the true median as often as it says.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "tools/bench/statistics.hpp"

namespace warpevm::tools {
namespace {

/// Probability that at most `most` of `n` values lie below the median, by Pascal's triangle.
double at_most(size_t n, size_t most) {
    std::vector<double> row{1};
    for (size_t i = 0; i < n; ++i) {
        std::vector<double> next(row.size() + 1);
        for (size_t k = 0; k < row.size(); ++k) {
            next[k] += row[k] / 2;
            next[k + 1] += row[k] / 2;
        }
        row = std::move(next);
    }
    double sum = 0;
    for (size_t k = 0; k <= most; ++k) sum += row[k];
    return sum;
}

TEST(Statistics, TheIntervalsRanksAreTheNarrowestThatHold95PerCent) {
    for (size_t n = 6; n <= 200; ++n) {
        const auto rank = interval_rank(n);
        ASSERT_TRUE(rank.has_value()) << n;
        EXPECT_LE(at_most(n, *rank), 0.025) << n;
        EXPECT_GT(at_most(n, *rank + 1), 0.025) << n;
    }
    // As tables of order statistics have it: the 10th and the 22nd of 31.
    EXPECT_EQ(interval_rank(31), 9U);
}

TEST(Statistics, FewerThanSixValuesHaveNoInterval) {
    for (size_t n = 0; n < 6; ++n) EXPECT_FALSE(interval_rank(n).has_value()) << n;
    EXPECT_FALSE(summarize({1, 2, 3, 4, 5}).interval.has_value());
}

TEST(Statistics, ManyValuesDoNotUnderflow) {
    const auto rank = interval_rank(10000);
    ASSERT_TRUE(rank.has_value());
    // The normal approximation: 5000 - 1.96 * 50.
    EXPECT_NEAR(static_cast<double>(*rank), 4901, 2);
}

TEST(Statistics, TheIntervalHoldsTheMedianOfASkewedDistribution) {
    std::mt19937_64 random(1);
    const double true_median = std::log(2.0);
    int held = 0;
    constexpr int trials = 4000;
    for (int trial = 0; trial < trials; ++trial) {
        std::vector<double> values;
        for (int i = 0; i < 31; ++i)
            values.push_back(-std::log((static_cast<double>(random() >> 11) + 0.5) / 9007199254740992.0));
        const Summary s = summarize(values);
        held += s.interval->low <= true_median && true_median <= s.interval->high ? 1 : 0;
    }
    // 97 % are expected of these ranks, less five standard deviations at the low end.
    EXPECT_GT(held, trials * 955 / 1000);
    EXPECT_LT(held, trials * 985 / 1000);
}

TEST(Statistics, SummariesDoNotDependOnOrder) {
    const Summary odd = summarize({5, 1, 3});
    EXPECT_EQ(odd.median, 3);
    EXPECT_EQ(odd.min, 1);
    EXPECT_EQ(odd.max, 5);
    EXPECT_EQ(odd.count, 3U);
    EXPECT_EQ(summarize({4, 1, 3, 2}).median, 2.5);
    EXPECT_EQ(summarize({}).count, 0U);
}

TEST(Statistics, RatiosAreFormedPairByPair) {
    // Twice as fast in each round, whatever the round was like.
    const std::vector<double> serial{2, 20, 4, 8, 6, 2}, other{1, 10, 2, 4, 3, 1};
    const Summary ratio = speed_ratio(serial, other);
    EXPECT_EQ(ratio.median, 2);
    EXPECT_EQ(ratio.interval->low, 2);
    EXPECT_EQ(ratio.interval->high, 2);
    // Of unequal lengths only the pairs count.
    EXPECT_EQ(speed_ratio(serial, std::vector<double>{1}).count, 1U);
}

TEST(Statistics, GeometricMean) {
    EXPECT_DOUBLE_EQ(geometric_mean(std::vector<double>{2, 8}), 4);
    EXPECT_EQ(geometric_mean({}), 0);
}

}  // namespace
}  // namespace warpevm::tools
