// SPDX-License-Identifier: Apache-2.0
// Known answers through each kernel, before its first use in a process: a driver that compiles wrongly is
// refused.
#pragma once

#include "host/device/device.hpp"

namespace warpevm {

/// Runs the program's known answers on this build of it. An error is wrong_answer, or whatever call failed.
/// A program without known answers is an error too: what nobody checks is not used.
DeviceResult<void> self_test(Device& device, DeviceProgram& program, std::string_view name);

}  // namespace warpevm
