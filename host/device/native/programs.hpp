// SPDX-License-Identifier: Apache-2.0
// The programs that are compiled as C++, each with its kernels. Internal to the native device's sources.
#pragma once

#include <span>

#include "host/device/native/kernel_table.hpp"

namespace warpevm::native {

std::span<const KernelEntry> evm_kernels();
std::span<const KernelEntry> keccak_kernels();
std::span<const KernelEntry> probe_kernels();
std::span<const KernelEntry> recover_kernels();
std::span<const KernelEntry> transactions_kernels();
std::span<const KernelEntry> transfers_kernels();

}  // namespace warpevm::native
