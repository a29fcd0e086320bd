// SPDX-License-Identifier: Apache-2.0
#include "fallback/schedule/policy.hpp"

#include <algorithm>
#include <cmath>

namespace warpevm {
namespace {

constexpr uint32_t longest_claim = 16;

/// Bounds the memory of a batch. Half or twice of it makes no difference.
constexpr uint32_t largest_batch = 4096;

}  // namespace

bool opens(const PolicyConstants& constants, const AloneSample& sample, unsigned workers) {
    if (workers < 2) return false;
    double left = 0;
    // Limits tell better than numbers how much is left, but promise more than is used.
    if (sample.gas != 0)
        left += sample.seconds / static_cast<double>(sample.gas) * static_cast<double>(sample.gas_left);
    if (sample.plain != 0) left += sample.plain_seconds / sample.plain * sample.plain_left;
    return left * (1 - 1.0 / workers) - sample.left * constants.turn_seconds > constants.least_gain;
}

bool may_judge(const PolicyConstants& constants, const TurnSample& sample) {
    return sample.turns >= constants.judged_turns && sample.seconds >= constants.judged_seconds;
}

bool backs_off(const PolicyConstants& constants, const TurnSample& sample) {
    return sample.seconds < constants.least_speedup * sample.elapsed;
}

double back_off_seconds(const PolicyConstants& constants, uint32_t n) {
    return std::ldexp(constants.first_back_off, static_cast<int>(n));
}

void BatchSizes::note(uint32_t begin, uint32_t held, uint32_t count) {
    if (held == count) {
        m_most = std::min(2 * m_most, std::max(m_constants.least_batch, largest_batch));
    } else {
        m_most = m_constants.least_batch;
        m_from = begin + held + m_constants.least_batch;
    }
}

uint32_t claim_size(const PolicyConstants& constants, double seconds) {
    if (seconds * longest_claim <= constants.claimed_seconds) return longest_claim;
    return std::max(1U, static_cast<uint32_t>(constants.claimed_seconds / seconds));
}

}  // namespace warpevm
