// SPDX-License-Identifier: Apache-2.0
// When to speculate, how far ahead, and when to back off: pure functions of a small sample of measurements.
#pragma once

#include <cstdint>

namespace warpevm {

/// The constants. The simulation tells what each is worth.
struct PolicyConstants {
    /// Seconds that speculation must promise to save before another worker is woken.
    double least_gain = 200e-6;
    /// Transactions that a worker may be ahead of the commit loop, for each worker: what is far ahead is
    /// stale more often.
    uint32_t horizon_per_worker = 32;
    /// Seconds of work that are claimed at once.
    double claimed_seconds = 16e-6;
    /// Turns after which speculation is judged, and how many times as fast as one worker it must have been:
    /// it pays for recording, too.
    uint32_t judged_turns = 32;
    double least_speedup = 1.0;
    /// Turns of the first time alone after backing off; it doubles up to the second.
    uint32_t first_back_off = 16, longest_back_off = 512;
};

/// What the commit loop saw of the transactions that it executed alone.
struct AloneSample {
    double seconds = 0;
    uint64_t gas_limits = 0;
    uint64_t gas_limits_left = 0;  ///< of the transactions that are left
};
/// Whether to let `workers` speculate, the commit loop's among them.
bool opens(const PolicyConstants& constants, const AloneSample& sample, unsigned workers);

/// What became of the last turns since speculation was opened, or judged last.
struct TurnSample {
    uint32_t turns = 0;
    double seconds = 0;  ///< of executing them, wherever that was
    double elapsed = 0;  ///< until they were committed
};
/// After how many turns to judge, where it was backed off `n` times in a row: what did not help need not be
/// tried for long.
uint32_t turns_to_judge(const PolicyConstants& constants, uint32_t n);
bool backs_off(const PolicyConstants& constants, const TurnSample& sample);
/// Turns alone after the n-th backing off in a row, from 0.
uint32_t back_off_turns(const PolicyConstants& constants, uint32_t n);

/// How many transactions to claim at once, where the last ones took `seconds` each.
uint32_t claim_size(const PolicyConstants& constants, double seconds);

}  // namespace warpevm
