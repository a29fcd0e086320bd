// SPDX-License-Identifier: Apache-2.0
// The interpreter of kernels/evm.cl as C++ that counts what lanes do over images: the same text, but for the
// few functions through which it reaches slots, records and constants.
#pragma once

#include "host/device/device.hpp"

namespace warpevm::tools {

/// Of all lanes together.
struct LaneWork {
    uint64_t instructions = 0;  ///< lowered ones: records of an image, but for those that only charge
    uint64_t records = 0;       ///< all records, with those that hold operands
    uint64_t multiplications = 0;
    uint64_t keccak = 0;          ///< permutations
    uint64_t slot_bytes = 0;      ///< words of stacks, read and written
    uint64_t image_bytes = 0;     ///< records, and constants that were read
    uint64_t operand_rounds = 0;  ///< instructions that had to read a slot or a constant
};

/// The native device on one thread, with those lanes. The counters are global.
std::unique_ptr<Device> open_counted_device();
void reset_lane_work();
LaneWork lane_work();

}  // namespace warpevm::tools
