// SPDX-License-Identifier: Apache-2.0
// Known answers of lanes, before their first use on a device: transactions whose results the CPU tells.
#pragma once

#include "host/device/device.hpp"

namespace warpevm {

/// Runs small transactions (storage, logs, calls, reverts, creations, a precompile), in slices and in whole,
/// and compares with the CPU's results. An error is wrong_answer, or whatever call failed.
DeviceResult<void> self_test_lanes(Device& device, const ProgramPtr& program);

}  // namespace warpevm
