// SPDX-License-Identifier: Apache-2.0
// Plain transfers of a batch, by a program of their own: one launch, no lane's memory, and nothing to wait
// for.
#pragma once

#include "host/device/device.hpp"
#include "host/offload/offload_job.hpp"
#include "host/offload/timeline.hpp"

namespace warpevm {

/// Whether nothing but the accounts' state keeps the job from being a plain transfer: it calls something that
/// is no precompile, and lists neither accesses, blobs nor authorizations.
[[nodiscard]] bool may_be_transfer(const OffloadJob& job);

/// Keeps buffers from batch to batch. Not thread-safe.
class Transfers {
  public:
    /// `program` is "transfers", built for `device`.
    Transfers(Device& device, ProgramPtr program) : m_device(device), m_program(std::move(program)) {}

    /// Executes those jobs that are plain transfers on their states, and appends their results; answers the
    /// others, in order. `unknown_is_absent` as in OffloadOptions.
    DeviceResult<std::vector<size_t>> run(std::span<const OffloadJob> jobs, bool unknown_is_absent,
                                          Recorder recorder, OffloadResults& results);

    /// Of all runs: transfers, launches, and the kernel's time.
    struct Counts {
        uint64_t transfers = 0, launches = 0;
        double kernel_seconds = 0;
    };
    [[nodiscard]] const Counts& counts() const { return m_counts; }

  private:
    class Packed;
    DeviceResult<void> reserve(BufferPtr& buffer, size_t bytes);
    DeviceResult<void> launch(const Packed& packed, uint32_t first_key, Traffic& traffic);
    [[nodiscard]] bool append(const Packed& packed, uint32_t first_key, OffloadResults& results) const;

    Device& m_device;
    ProgramPtr m_program;
    Counts m_counts;
    BufferPtr m_transfers, m_results, m_observations, m_effects;
    std::vector<kernel::transfer_result> m_read_results;
    std::vector<account_observation> m_read_observations;
    std::vector<account_effect> m_read_effects;
};

}  // namespace warpevm
