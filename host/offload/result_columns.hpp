// SPDX-License-Identifier: Apache-2.0
// From the device's columns to the commit loop's, job by job.
#pragma once

#include "fallback/table/incarnation.hpp"
#include "host/offload/batch_state.hpp"

namespace warpevm {

/// Appends one job's result, with the keys that its records name. A few hundred nanoseconds.
void append_result(const ResultOf& result, TransactionResults& to);

}  // namespace warpevm
