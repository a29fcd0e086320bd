// SPDX-License-Identifier: Apache-2.0
// What this machine is.
#pragma once

#include <cstdint>
#include <string>

namespace warpevm::tools {

/// As /proc/cpuinfo calls it, or "unknown".
std::string processor_name();
/// All of it, in bytes; 0 where that can't be told.
uint64_t memory_bytes();

}  // namespace warpevm::tools
