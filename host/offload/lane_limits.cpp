// SPDX-License-Identifier: Apache-2.0
#include "host/offload/lane_limits.hpp"

#include <algorithm>
#include <bit>

namespace warpevm {
namespace {

constexpr uint32_t alignment = 32;

class Sections {
  public:
    uint32_t place(uint64_t bytes) {
        const uint32_t at = m_size;
        m_size += static_cast<uint32_t>((bytes + alignment - 1) / alignment * alignment);
        return at;
    }
    [[nodiscard]] uint32_t size() const { return m_size; }

  private:
    uint32_t m_size = 0;
};

/// Tables are at most half full.
uint32_t table_mask(uint32_t limit) {
    return std::bit_ceil(2 * limit + 1) - 1;
}

}  // namespace

LaneLimits usual_lane_limits() {
    return {.frames = 12,
            .stack_words = 512,
            .memory_bytes = 8 << 10,
            .output_bytes = 2 << 10,
            .accounts = 24,
            .slots = 64,
            .undo_entries = 96,
            .logs = 16,
            .topics = 48,
            .log_bytes = 2 << 10,
            .codes = 2,
            .code_bytes = 2 << 10};
}

LaneLimits wide_lane_limits() {
    return {.frames = 128,
            .stack_words = 8 << 10,
            .memory_bytes = 1 << 20,
            .output_bytes = 128 << 10,
            .accounts = 512,
            .slots = 2048,
            .undo_entries = 4096,
            .logs = 512,
            .topics = 2048,
            .log_bytes = 256 << 10,
            .codes = 64,
            .code_bytes = 256 << 10};
}

LaneLimits widest_lane_limits() {
    return {.frames = 1025,
            .stack_words = 64 << 10,
            .memory_bytes = 24 << 20,
            .output_bytes = 4 << 20,
            .accounts = 8 << 10,
            .slots = 32 << 10,
            .undo_entries = 64 << 10,
            .logs = 16 << 10,
            .topics = 32 << 10,
            .log_bytes = 4 << 20,
            .codes = 1 << 10,
            .code_bytes = 4 << 20};
}

LaneRoom lane_room(const DeviceInfo& info, uint32_t sharers) {
    constexpr uint32_t lanes_of_unit = 1024, least_lanes = 4096, most_lanes = 1U << 17;
    constexpr uint64_t gibibyte = uint64_t{1} << 30;
    // Whole warps and wavefronts, which have 32 or 64 work-items; on the host's cores a group is one
    // thread's.
    constexpr uint32_t group_of_device = 64, group_of_cores = 8;
    if (info.uses_host_cores) return {least_lanes, gibibyte, group_of_cores};
    const uint64_t wanted = uint64_t{info.units} * lanes_of_unit / sharers;
    return {static_cast<uint32_t>(std::clamp<uint64_t>(wanted, least_lanes, most_lanes)),
            std::max(info.memory_bytes / 4 / sharers, gibibyte / 16), group_of_device};
}

kernel::lane_shape make_lane_shape(const LaneLimits& limits) {
    kernel::lane_shape s{};
    Sections sections;
    s.frame_limit = limits.frames;
    s.stack_limit = limits.stack_words;
    s.memory_limit = limits.memory_bytes / alignment * alignment;
    s.output_limit = limits.output_bytes;
    s.account_limit = limits.accounts;
    s.account_table_mask = table_mask(limits.accounts);
    s.slot_limit = limits.slots;
    s.slot_table_mask = table_mask(limits.slots);
    s.undo_limit = limits.undo_entries;
    s.log_limit = limits.logs;
    s.topic_limit = limits.topics;
    s.log_data_limit = limits.log_bytes / 8 * 8;
    s.deployed_limit = limits.codes;
    s.deployed_bytes_limit = limits.code_bytes / 8 * 8;
    s.frames_at = sections.place(sizeof(kernel::frame_record) * uint64_t{limits.frames});
    s.stack_at = sections.place(sizeof(U256) * uint64_t{limits.stack_words});
    s.memory_at = sections.place(s.memory_limit);
    s.output_at = sections.place(limits.output_bytes);
    s.accounts_at = sections.place(sizeof(kernel::account_entry) * uint64_t{limits.accounts});
    s.account_table_at = sections.place(4 * (uint64_t{s.account_table_mask} + 1));
    s.account_uses_at = sections.place(uint64_t{4} * limits.accounts);
    s.slots_at = sections.place(sizeof(kernel::slot_entry) * uint64_t{limits.slots});
    s.slot_table_at = sections.place(4 * (uint64_t{s.slot_table_mask} + 1));
    s.slot_uses_at = sections.place(uint64_t{4} * limits.slots);
    s.undo_at = sections.place(sizeof(kernel::undo_entry) * uint64_t{limits.undo_entries});
    s.logs_at = sections.place(sizeof(kernel::log_entry) * uint64_t{limits.logs});
    s.topics_at = sections.place(sizeof(Hash) * uint64_t{limits.topics});
    s.log_data_at = sections.place(s.log_data_limit);
    s.deployed_at = sections.place(sizeof(kernel::deployed_code) * uint64_t{limits.codes});
    s.deployed_bytes_at = sections.place(s.deployed_bytes_limit);
    s.size = sections.size();
    return s;
}

}  // namespace warpevm
