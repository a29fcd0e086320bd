// SPDX-License-Identifier: Apache-2.0
// When to speculate, how far ahead, and when to back off: pure functions of a small sample of measurements.
#pragma once

#include <cstdint>

namespace warpevm {

/// The constants. The simulation tells what each is worth.
struct PolicyConstants {
    /// Seconds that speculation must promise to save before another worker is woken.
    double least_gain = 400e-6;
    /// Seconds that a turn takes at least: to validate and commit what others have executed. Where
    /// transactions are hardly longer, nothing is gained by others executing them.
    double turn_seconds = 0.5e-6;
    /// Transactions that a worker may be ahead of the commit loop, for each worker. Worth nothing in time: it
    /// bounds the memory of incarnations.
    uint32_t horizon_per_worker = 32;
    /// Seconds of work that are claimed at once.
    double claimed_seconds = 16e-6;
    /// Turns, and seconds of execution, after which speculation is judged: few turns say little of what is
    /// executed at once, and a worker needs some 100 us to arrive. And how many times as fast as one worker
    /// it must have been: it pays for recording, too.
    uint32_t judged_turns = 32;
    double judged_seconds = 400e-6;
    double least_speedup = 1.0;
    /// Turns that are worth validating and committing at once, with others' help.
    uint32_t least_batch = 64;
    /// Seconds of the first time alone after backing off; it doubles each time in a row.
    double first_back_off = 1e-3;
};

/// What the commit loop saw of the transactions that it executed alone, and what is left. Plain ones are
/// those that are not seen to have gas for code.
struct AloneSample {
    double seconds = 0;  ///< of stretches in which others were
    uint64_t gas = 0;    ///< that they may spend on code
    double plain_seconds = 0;
    uint32_t plain = 0;
    uint64_t gas_left = 0;
    uint32_t left = 0, plain_left = 0;
};
/// Whether to let `workers` speculate, the commit loop's among them.
bool opens(const PolicyConstants& constants, const AloneSample& sample, unsigned workers);

/// What became of the turns since speculation was opened, or judged last.
struct TurnSample {
    uint32_t turns = 0;
    double seconds = 0;  ///< of executing them, wherever that was
    double elapsed = 0;  ///< until they were committed
};
bool may_judge(const PolicyConstants& constants, const TurnSample& sample);
bool backs_off(const PolicyConstants& constants, const TurnSample& sample);
/// Seconds alone after the n-th backing off in a row, from 0.
double back_off_seconds(const PolicyConstants& constants, uint32_t n);

/// How much of what waits for its commit to take at once. A batch ends before the first incarnation that is
/// stale, and what was done for those behind it was in vain: so the next few go one by one, and batches
/// begin small.
class BatchSizes {
  public:
    explicit BatchSizes(const PolicyConstants& constants)
        : m_constants(constants), m_most(constants.least_batch) {}
    /// From the transaction `next` on: none, or as many as are there, up to this.
    [[nodiscard]] uint32_t most(uint32_t next) const { return next < m_from ? 0 : m_most; }
    [[nodiscard]] bool pays(uint32_t count) const { return count >= m_constants.least_batch; }
    /// Of a batch from `begin` on `held` held, of `count`.
    void note(uint32_t begin, uint32_t held, uint32_t count);

  private:
    const PolicyConstants& m_constants;
    uint32_t m_from = 0;
    uint32_t m_most;
};

/// How many transactions to claim at once, where the last ones took `seconds` each.
uint32_t claim_size(const PolicyConstants& constants, double seconds);

}  // namespace warpevm
