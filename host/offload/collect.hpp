// SPDX-License-Identifier: Apache-2.0
// From a launch's columns, which the device wrote, to the columns of a batch.
#pragma once

#include "host/offload/offload_job.hpp"

namespace warpevm {

/// Where the result of each chosen lane goes, and how large all is together.
struct ResultPlan {
    std::vector<kernel::result_place> places;
    kernel::result_place ends{};  ///< of each column: how many
    kernel::result_columns columns{};
    uint64_t bytes = 0;  ///< more than 32 bits reach: there are too many lanes at once
};
/// `chosen`: lanes that are finished.
ResultPlan plan_results(std::span<const kernel::lane_record> lanes, std::span<const uint32_t> chosen);

/// Whether a finished lane's counts are within what a lane holds: what a device says is not believed unseen.
bool is_sound(const kernel::lane_record& lane, const kernel::lane_shape& shape);

/// Appends what evm_collect wrote. `jobs[i]`: the job of lane i. False where a record refers to what is not
/// there: the results then mean nothing.
[[nodiscard]] bool append_results(BytesView written, const ResultPlan& plan,
                                  std::span<const kernel::lane_record> lanes, std::span<const size_t> jobs,
                                  OffloadResults& results);

}  // namespace warpevm
