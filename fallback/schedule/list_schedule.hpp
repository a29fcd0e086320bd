// SPDX-License-Identifier: Apache-2.0
// What a schedule could reach that knew everything beforehand.
#pragma once

#include "fallback/schedule/recorded.hpp"
#include "fallback/schedule/simulation.hpp"

namespace warpevm {

/// For each transaction of the window the earlier ones that it needs: the last to change something that it
/// would not have observed so at the window's start. Ascending.
std::vector<std::vector<uint32_t>> dependencies(const RecordedWindow& window);

/// Seconds of a schedule that knows every conflict beforehand: transactions in order, each on the worker that
/// is free first once what it needs has ended; it pays the same charges, and is serial's time where that is
/// less.
double list_schedule_seconds(const RecordedWindow& window, const SimulatedMachine& machine);

}  // namespace warpevm
