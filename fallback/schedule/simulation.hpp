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
    double spin = 50e-6;
    /// Seconds for each key that changed hands where speculation begins or ends.
    double hand_over = 0.2e-6;
};

struct SimulatedRun {
    double seconds = 0;
    /// Of all workers: seconds with something to do.
    double busy = 0;
    ScheduleCounters counters;
    [[nodiscard]] double workers_busy() const { return seconds == 0 ? 0 : busy / seconds; }
};

SimulatedRun simulate(const RecordedWindow& window, const SimulatedMachine& machine,
                      const PolicyConstants& constants = {});

}  // namespace warpevm
