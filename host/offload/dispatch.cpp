// SPDX-License-Identifier: Apache-2.0
#include "host/offload/dispatch.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace warpevm {

#define WARPEVM_TRY(call) \
    if (auto tried = (call); !tried) return tl::unexpected(tried.error())

namespace {

OffloadOptions with_room(OffloadOptions options, const LaneRoom& room) {
    if (options.lane_memory == 0) options.lane_memory = room.bytes;
    if (options.most_lanes == 0) options.most_lanes = room.lanes;
    if (options.group_size == 0) options.group_size = room.group_size;
    return options;
}

}  // namespace

Offload::Offload(Device& device, ProgramPtr program, OffloadOptions options, ProgramPtr transfers)
    : m_device(device),
      m_options(with_room(std::move(options), lane_room(device.info()))),
      m_memory(device, std::move(program), m_options.group_size, m_options.images) {
    if (transfers) m_transfers.emplace(device, std::move(transfers));
}

size_t Offload::lanes_at_once(const LaneLimits& limits) const {
    const uint64_t memory = std::min(m_options.lane_memory, largest_buffer(m_device.info()));
    return std::min<uint64_t>(m_options.most_lanes, memory / make_lane_shape(limits).size);
}

void Offload::reuse(OffloadResults&& results) {
    constexpr size_t most_kept = size_t{64} << 20;
    size_t room = 0;
    results.for_each_column([&](const auto& column) { room += column.capacity() * sizeof column[0]; });
    if (room > most_kept) return;
    results.for_each_column([](auto& column) { column.clear(); });
    results.parks = results.launches = results.kernel_nanoseconds = 0;
    results.traffic = {};
    m_room = std::move(results);
}

DeviceResult<void> Offload::run_with(const LaneStage& stage, std::span<const OffloadJob> jobs,
                                     std::span<const size_t> chosen, OffloadResults& results) {
    if (stage.lanes == 0) {
        for (const size_t i : chosen) results.statuses[i] = kernel::STATUS_ESCALATE_device_memory;
        if (stage.on_final && !chosen.empty()) stage.on_final(results, chosen);
        return {};
    }
    return LaneBatch(m_memory, m_options, stage, jobs, chosen).run(results);
}

/// `chosen`: all, and afterwards those that are no plain transfers.
DeviceResult<void> Offload::run_transfers(std::span<const OffloadJob> jobs, std::vector<size_t>& chosen,
                                          const OnFinal& on_final, Recorder recorder,
                                          OffloadResults& results) {
    auto others = m_transfers->run(jobs, m_options.unknown_is_absent, recorder, results);
    if (!others) return tl::unexpected(others.error());
    std::vector<size_t> ended;
    std::set_difference(chosen.begin(), chosen.end(), others->begin(), others->end(),
                        std::back_inserter(ended));
    if (on_final && !ended.empty()) on_final(results, ended);
    chosen = std::move(*others);
    return {};
}

DeviceResult<OffloadResults> Offload::run(std::span<const OffloadJob> jobs, const OnFinal& on_final,
                                          const std::function<bool()>& is_wanted, Recorder recorder) {
    OffloadResults results = std::exchange(m_room, {});
    results.statuses.resize(jobs.size(), kernel::STATUS_PAUSED);
    results.records.resize(jobs.size());
    results.codes_of.resize(jobs.size());
    if (std::ranges::any_of(jobs, &OffloadJob::is_call)) results.call_ends.resize(jobs.size());
    m_memory.traffic = {};
    if (m_memory.codes.bytes().size() > m_options.kept_code_bytes) m_memory.forget_codes(m_options.images);
    if (!m_memory.forks)
        WARPEVM_TRY(m_memory.fill(m_memory.forks, bytes_of(fork_records()), &Traffic::tables));
    std::vector<size_t> chosen(jobs.size());
    std::iota(chosen.begin(), chosen.end(), size_t{0});
    if (m_transfers) WARPEVM_TRY(run_transfers(jobs, chosen, on_final, recorder, results));
    for (size_t k = 0; k < m_options.limits.size() && !chosen.empty(); ++k) {
        const LaneStage stage{.limits = m_options.limits[k],
                              .lanes = lanes_at_once(m_options.limits[k]),
                              .is_last = k + 1 == m_options.limits.size(),
                              .on_final = on_final,
                              .is_wanted = is_wanted,
                              .recorder = recorder};
        WARPEVM_TRY(run_with(stage, jobs, chosen, results));
        std::erase_if(chosen, [&](size_t i) { return !is_limit(results.statuses[i]); });
    }
    results.traffic += m_memory.traffic;
    return results;
}

#undef WARPEVM_TRY

}  // namespace warpevm
