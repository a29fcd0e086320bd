// SPDX-License-Identifier: Apache-2.0
// The schedule in virtual time: recorded transactions, any number of workers, the same numbers on every run.
#pragma once

#include "fallback/schedule/recorded.hpp"
#include "fallback/schedule/schedule.hpp"

namespace warpevm {

/// What things cost that no recording tells.
struct SimulatedMachine {
    unsigned workers = 2;
    /// Everything takes so many times as long: memory and caches are shared.
    double slowdown = 1;
    /// Seconds until a worker that sleeps begins once it is woken, and what that costs whoever wakes it.
    double wake = 100e-6, waking = 15e-6;
    /// Seconds for which an idle worker looks on before it sleeps.
    double spin = 100e-6;
    /// Seconds for each key that changed hands where speculation begins or ends.
    double hand_over = 0.2e-6;
    /// Whoever executes ahead waits until what it needs was handed in: as if a block said beforehand what its
    /// transactions read and write (EIP-7928).
    bool foresees_conflicts = false;
};

/// Where the time of a window went, as its commit loop has it: seconds that add up to the window's.
struct ElapsedTime {
    double alone = 0;       ///< executing, before workers were called
    double backed_off = 0;  ///< executing alone since
    double in_turn = 0;     ///< executing what nobody had begun
    double stale = 0;       ///< executing again
    double charges = 0;     ///< validating and committing
    double waking = 0;      ///< others
    double frames = 0;      ///< before a block's transactions and after them; entering and leaving the table
    // Waiting for the next transaction:
    double running = 0;        ///< it was being executed, and came out valid
    double running_stale = 0;  ///< it was being executed in vain
    double suspended = 0;      ///< its execution waited for an estimate
    double unattended = 0;     ///< all workers were busy with later ones
    double sealing = 0;        ///< after the last commit
};

/// What the workers did beside the commit loop, in seconds of all of them together.
struct WorkersTime {
    double valid = 0;      ///< executing ahead what came out valid
    double stale = 0;      ///< executing ahead in vain
    double suspended = 0;  ///< waiting for estimates
    double closed = 0;     ///< idle: speculation was not wanted
    double uncalled = 0;   ///< idle: it was, and nobody had called them, or they were on their way
    double horizon = 0;    ///< idle: what is left was too far ahead
    double no_more = 0;    ///< idle: all was claimed
};

struct SimulatedRun {
    double seconds = 0;
    /// Of all workers: seconds with something to do.
    double busy = 0;
    ScheduleCounters counters;
    ElapsedTime elapsed;
    WorkersTime workers;
    [[nodiscard]] double workers_busy() const { return seconds == 0 ? 0 : busy / seconds; }
};

SimulatedRun simulate(const RecordedWindow& window, const SimulatedMachine& machine,
                      const PolicyConstants& constants = {});

}  // namespace warpevm
