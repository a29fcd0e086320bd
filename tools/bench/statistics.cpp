// SPDX-License-Identifier: Apache-2.0
#include "tools/bench/statistics.hpp"

#include <algorithm>
#include <cmath>

namespace warpevm::tools {

std::optional<size_t> interval_rank(size_t count) {
    // Each tail may hold half of the 5 %.
    constexpr double tail = 0.025;
    const auto n = static_cast<double>(count);
    double below = 0;  // probability that at most `rank` values lie below the median
    std::optional<size_t> found;
    for (size_t rank = 0; rank < count / 2; ++rank) {
        const auto k = static_cast<double>(rank);
        // By logarithms, for 2^-n is not representable from 1075 values on.
        below +=
            std::exp(std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1) - n * std::log(2.0));
        if (below > tail) break;
        found = rank;
    }
    return found;
}

Summary summarize(std::vector<double> values) {
    if (values.empty()) return {};
    std::sort(values.begin(), values.end());
    const size_t middle = values.size() / 2;
    Summary summary;
    summary.median = values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    summary.min = values.front();
    summary.max = values.back();
    summary.count = values.size();
    if (const auto rank = interval_rank(values.size()))
        summary.interval = Interval{values[*rank], values[values.size() - 1 - *rank]};
    return summary;
}

Summary speed_ratio(std::span<const double> reference, std::span<const double> seconds) {
    std::vector<double> ratios;
    for (size_t i = 0; i < std::min(reference.size(), seconds.size()); ++i)
        ratios.push_back(reference[i] / seconds[i]);
    return summarize(std::move(ratios));
}

double geometric_mean(std::span<const double> values) {
    if (values.empty()) return 0;
    double sum = 0;
    for (const double value : values) sum += std::log(value);
    return std::exp(sum / static_cast<double>(values.size()));
}

}  // namespace warpevm::tools
