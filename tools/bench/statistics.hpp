// SPDX-License-Identifier: Apache-2.0
// What is said about repeated measurements: medians, and intervals that assume nothing about how the values
// are distributed.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace warpevm::tools {

struct Interval {
    double low = 0, high = 0;
};

/// Of `count` values in ascending order, the interval that holds the median of what they were drawn from with
/// at least 95 % probability runs from the value at this rank (from 0) to the one as far from the other end.
/// By the binomial distribution of how many values lie below the median. Nothing for fewer than 6 values.
std::optional<size_t> interval_rank(size_t count);

struct Summary {
    double median = 0, min = 0, max = 0;
    /// 95 %, of the median.
    std::optional<Interval> interval;
    size_t count = 0;
};
/// All zero for no values.
Summary summarize(std::vector<double> values);

/// How many times as fast as `reference` something was, pair by pair: both were measured in the same rounds.
Summary speed_ratio(std::span<const double> reference, std::span<const double> seconds);

/// 0 for no values.
double geometric_mean(std::span<const double> values);

}  // namespace warpevm::tools
