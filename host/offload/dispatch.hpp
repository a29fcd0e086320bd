// SPDX-License-Identifier: Apache-2.0
// Executes batches of transactions on one device: upload, launches in slices, service of lanes that wait,
// read back. Knows nothing of schedules: whoever calls has claimed the transactions and takes the results.
#pragma once

#include "host/offload/lane_batch.hpp"
#include "host/offload/transfers.hpp"

namespace warpevm {

/// Not thread-safe. Keeps codes and buffers from batch to batch.
class Offload {
  public:
    /// `program` is "evm", built for `device`, which must outlive this; `transfers` is "transfers", without
    /// which lanes do those too.
    Offload(Device& device, ProgramPtr program, OffloadOptions options, ProgramPtr transfers = nullptr);

    using OnFinal = warpevm::OnFinal;

    /// Each job is done or has the reason why it is not, and then had no effect. An error is the device's:
    /// what was not told before is the CPU's to do. `on_final` hears of jobs while others still run.
    /// `is_wanted` is asked before each launch: where it says no, what is not done yet is escalated.
    DeviceResult<OffloadResults> run(std::span<const OffloadJob> jobs, const OnFinal& on_final = {},
                                     const std::function<bool()>& is_wanted = {}, Recorder recorder = {});

    /// Results that nobody needs any more: the next batch uses their room.
    void reuse(OffloadResults&& results);

    /// How many images its codes have.
    [[nodiscard]] size_t images() const { return m_memory.codes.images().size(); }
    /// What went to the program of transfers so far.
    [[nodiscard]] Transfers::Counts transfers() const {
        return m_transfers ? m_transfers->counts() : Transfers::Counts{};
    }

  private:
    DeviceResult<void> run_transfers(std::span<const OffloadJob> jobs, std::vector<size_t>& chosen,
                                     const OnFinal& on_final, Recorder recorder, OffloadResults& results);
    [[nodiscard]] size_t lanes_at_once(const LaneLimits& limits) const;
    DeviceResult<void> run_with(const LaneStage& stage, std::span<const OffloadJob> jobs,
                                std::span<const size_t> chosen, OffloadResults& results);

    Device& m_device;
    OffloadOptions m_options;
    std::optional<Transfers> m_transfers;
    LaneMemory m_memory;
    OffloadResults m_room;  ///< for the next batch's results; empty
};

}  // namespace warpevm
