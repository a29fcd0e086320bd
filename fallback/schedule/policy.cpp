// SPDX-License-Identifier: Apache-2.0
#include "fallback/schedule/policy.hpp"

#include <algorithm>

namespace warpevm {
namespace {

constexpr uint32_t longest_claim = 16;

}  // namespace

bool opens(const PolicyConstants& constants, const AloneSample& sample, unsigned workers) {
    if (workers < 2 || sample.gas_limits == 0) return false;
    // Gas limits tell better than numbers how much is left, but promise more than is used.
    const double left =
        sample.seconds / static_cast<double>(sample.gas_limits) * static_cast<double>(sample.gas_limits_left);
    return left * (1 - 1.0 / workers) > constants.least_gain;
}

uint32_t turns_to_judge(const PolicyConstants& constants, uint32_t n) {
    return std::max(constants.judged_turns >> std::min(n, 3U), 1U);
}

bool backs_off(const PolicyConstants& constants, const TurnSample& sample) {
    return sample.seconds < constants.least_speedup * sample.elapsed;
}

uint32_t back_off_turns(const PolicyConstants& constants, uint32_t n) {
    return n >= 16 ? constants.longest_back_off
                   : std::min(constants.longest_back_off, constants.first_back_off << n);
}

uint32_t claim_size(const PolicyConstants& constants, double seconds) {
    if (seconds * longest_claim <= constants.claimed_seconds) return longest_claim;
    return std::max(1U, static_cast<uint32_t>(constants.claimed_seconds / seconds));
}

}  // namespace warpevm
