// SPDX-License-Identifier: Apache-2.0
// The threads that take the steps of a window's schedule.
#pragma once

#include "fallback/commit/window_execution.hpp"

namespace warpevm {

/// Executes the window on the caller's thread, and on others once the schedule wants them.
Result<std::vector<BlockOutcome>> run(WindowExecution& execution, bool is_lent);

}  // namespace warpevm
