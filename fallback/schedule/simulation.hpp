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
    double wake = 20e-6, waking = 1e-6;
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

/// Seconds of a schedule that knows every conflict beforehand: transactions in order, each on the worker that
/// is free first once what it needs has ended; it pays the same charges, and is serial's time where that is
/// less.
double list_schedule_seconds(const RecordedWindow& window, const SimulatedMachine& machine);

/// For each transaction of the window the earlier ones that it needs: the last to change something that it
/// would not have observed so at the window's start. Ascending.
std::vector<std::vector<uint32_t>> dependencies(const RecordedWindow& window);

/// Forgets observations that the recorded effects don't explain: of what a block does before and after its
/// transactions. Answers how many.
uint32_t drop_unexplained(RecordedWindow& window);

/// The windows as one, their keys apart: as if their blocks had nothing in common.
RecordedWindow side_by_side(const std::vector<const RecordedWindow*>& windows);

}  // namespace warpevm
