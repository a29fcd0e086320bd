// SPDX-License-Identifier: Apache-2.0
#include "tools/bench/result.hpp"

#include <algorithm>

#include "tools/bench/race.hpp"

namespace warpevm::tools {
namespace {

/// What a parallel backend may cost a block that gains nothing.
bool is_slower(const Summary& time, const Summary& serial) {
    return time.median > 1.03 * serial.median + 20e-6;
}

}  // namespace

void set_figures(BenchResult& result, const Measured& measured, const Measured& serial) {
    result.time = summarize(measured.seconds);
    result.vs_serial = speed_ratio(serial.seconds, measured.seconds);
    if (!measured.cores_busy.empty()) result.cores_busy = summarize(measured.cores_busy).median;
    result.slower = is_slower(result.time, summarize(serial.seconds));
}

bool BenchReport::failed() const {
    return std::ranges::any_of(results, [](const BenchResult& r) { return !r.error.empty(); });
}

double BenchReport::scaling(unsigned threads) const {
    for (const Calibration::Point& point : calibration)
        if (point.threads == threads && point.scaling.count != 0) return point.scaling.median;
    return 1;
}

std::optional<double> BenchReport::of_bound(const BenchResult& result) const {
    if (result.threads == 1 || !result.bound) return std::nullopt;
    return result.vs_serial.median / std::min(scaling(result.threads), *result.bound);
}

}  // namespace warpevm::tools
