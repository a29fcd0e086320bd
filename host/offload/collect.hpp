// SPDX-License-Identifier: Apache-2.0
// From a lane's result, the stream of kernels/exchange.h, to the columns of a batch.
#pragma once

#include "host/offload/offload_job.hpp"

namespace warpevm {

/// The most words that a lane's result can have: what a device says is not believed unseen.
uint64_t most_result_words(const kernel::lane_shape& shape);

/// Appends the result of a job. False where the words are no result: nothing of `to` means anything then.
[[nodiscard]] bool append_lane_result(std::span<const uint32_t> words, size_t job, OffloadResults& to);

}  // namespace warpevm
