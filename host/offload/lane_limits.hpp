// SPDX-License-Identifier: Apache-2.0
// How much of everything a lane holds, and where that lies in its arena.
#pragma once

#include "host/device/device.hpp"
#include "host/device/kernel_types.hpp"

namespace warpevm {

/// What exceeds a limit ends its lane with an ESCALATE_ status. Bytes or counts.
struct LaneLimits {
    uint32_t frames = 0;       ///< call depth plus one: 1025 hold them all
    uint32_t stack_words = 0;  ///< of all frames together
    uint32_t memory_bytes = 0;
    uint32_t output_bytes = 0;  ///< of one frame
    uint32_t accounts = 0;
    uint32_t slots = 0;  ///< transient ones too
    uint32_t undo_entries = 0;
    uint32_t logs = 0, topics = 0, log_bytes = 0;
    uint32_t codes = 0, code_bytes = 0;  ///< deployed by the transaction, with an eighth for their jumps
};

/// What typical transactions need: 57 KiB.
LaneLimits usual_lane_limits();
/// What nearly all others need: 2.8 MiB.
LaneLimits wide_lane_limits();
/// The deepest recursion, and memory of 30 million gas and more: 52 MiB.
LaneLimits widest_lane_limits();

/// How many lanes of a device may be at work at once, the bytes of its memory that they may take, and how
/// many are a work-group.
struct LaneRoom {
    uint32_t lanes = 0;
    uint64_t bytes = 0;
    uint32_t group_size = 0;
};
/// For one of `sharers` that use the device at the same time. A device of its own gets as many lanes as its
/// units can hold at once, so that their waiting for memory overlaps, and with others a quarter of its
/// memory; on the host's cores more lanes than fit its caches gain nothing.
LaneRoom lane_room(const DeviceInfo& info, uint32_t sharers = 1);

/// Sections one after the other, each aligned for words.
kernel::lane_shape make_lane_shape(const LaneLimits& limits);

}  // namespace warpevm
