// SPDX-License-Identifier: Apache-2.0
// When to speculate, how far ahead, and when to back off: pure functions of a small sample of measurements.
#pragma once

#include <cstdint>

namespace warpevm {

/// The constants. The simulation tells what each is worth.
struct PolicyConstants {
    /// Seconds that speculation must promise to save before another worker is woken.
    double least_gain = 200e-6;
    /// Seconds of work that are claimed at once.
    double claimed_seconds = 16e-6;
    /// Turns after which speculation is judged, and the part of their seconds that it must have taken off the
    /// commit loop.
    uint32_t judged_turns = 32;
    double least_useful = 0.15;
    /// Of the same seconds: a chain that is longer leaves nothing to others.
    double longest_chain = 0.9;
    /// Turns of the first time alone after backing off; it doubles up to the second.
    uint32_t first_back_off = 16, longest_back_off = 512;
    /// So many stale results of transactions to one account, and more than half as many as valid ones, make
    /// them wait for one another.
    uint32_t contended_after = 3;
};

/// What the commit loop saw of the transactions that it executed alone.
struct AloneSample {
    double seconds = 0;
    uint64_t gas_limits = 0;
    uint64_t gas_limits_left = 0;  ///< of the transactions that are left
};
/// Whether to let `workers` speculate, the commit loop's among them.
bool opens(const PolicyConstants& constants, const AloneSample& sample, unsigned workers);

/// What became of the last turns since speculation was opened.
struct TurnSample {
    uint32_t turns = 0;
    double seconds = 0;        ///< of executing them, wherever that was
    double useful = 0;         ///< of `seconds`: executed beside the commit loop, and valid
    double longest_chain = 0;  ///< likewise, as above
};
bool backs_off(const PolicyConstants& constants, const TurnSample& sample);
/// Turns alone after the n-th backing off in a row, from 0.
uint32_t back_off_turns(const PolicyConstants& constants, uint32_t n);

/// How many transactions to claim at once, where the last ones took `seconds` each.
uint32_t claim_size(const PolicyConstants& constants, double seconds);

/// Whether transactions to one account need each the one before.
inline bool is_contended(const PolicyConstants& constants, uint32_t stale, uint32_t valid) {
    return stale >= constants.contended_after && 2 * stale > valid;
}

}  // namespace warpevm
