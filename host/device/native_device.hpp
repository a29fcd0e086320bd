// SPDX-License-Identifier: Apache-2.0
// The native device over a table of kernels of one's own: kernels that count, or that have a fault.
#pragma once

#include "host/device/device.hpp"
#include "host/device/native/kernel_table.hpp"

namespace warpevm {

/// `kernels` must outlive it.
std::unique_ptr<Device> open_native_device(unsigned threads, std::span<const native::KernelEntry> kernels);

}  // namespace warpevm
