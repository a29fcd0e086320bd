// SPDX-License-Identifier: Apache-2.0
// Executes batches of transactions on one device: upload, launches in slices, service of lanes that wait,
// read back. Knows nothing of schedules: whoever calls has claimed the transactions and takes the results.
#pragma once

#include <functional>

#include "host/device/device.hpp"
#include "host/offload/lane_limits.hpp"
#include "host/offload/lane_service.hpp"
#include "host/offload/pack.hpp"
#include "host/offload/transfers.hpp"

namespace warpevm {

struct OffloadOptions {
    /// Sizes of lanes, from small to large: what exceeds one is tried with the next.
    std::vector<LaneLimits> limits{usual_lane_limits(), wide_lane_limits(), widest_lane_limits()};
    /// Bytes of device memory for lanes (of one size at a time), and how many of them at most.
    uint64_t lane_memory = uint64_t{1} << 30;
    uint32_t most_lanes = 4096;
    /// Work of a lane in one launch: instructions, and words moved or hashed.
    uint32_t slice = 50'000;
    uint32_t most_launches = 1'000'000;  ///< of one batch
    uint32_t most_parks = 1024;          ///< of one lane
    uint32_t group_size = 8;
    Images images = Images::worth;
    /// Codes are kept from batch to batch up to so many bytes; then all are forgotten.
    size_t kept_code_bytes = size_t{256} << 20;
    /// What a state view does not know is not there (a closed view).
    bool unknown_is_absent = false;
};

/// Not thread-safe. Keeps codes and buffers from batch to batch.
class Offload {
  public:
    /// `program` is "evm", built for `device`, which must outlive this; `transfers` is "transfers", without
    /// which lanes do those too.
    Offload(Device& device, ProgramPtr program, OffloadOptions options, ProgramPtr transfers = nullptr);

    /// Called with jobs, by number, that are done or escalated for good; each job comes once. The results so
    /// far hold all that is theirs.
    using OnFinal = std::function<void(const OffloadResults& so_far, std::span<const size_t> jobs)>;

    /// Each job is done or has the reason why it is not, and then had no effect. An error is the device's:
    /// what was not told before is the CPU's to do. `on_final` hears of jobs while others still run.
    /// `is_wanted` is asked before each launch: where it says no, what is not done yet is escalated.
    DeviceResult<OffloadResults> run(std::span<const OffloadJob> jobs, const OnFinal& on_final = {},
                                     const std::function<bool()>& is_wanted = {});

    /// How many images its codes have.
    [[nodiscard]] size_t images() const { return m_codes.images().size(); }
    /// What went to the program of transfers so far.
    [[nodiscard]] Transfers::Counts transfers() const {
        return m_transfers ? m_transfers->counts() : Transfers::Counts{};
    }

  private:
    class Batch;

    /// A size of lanes; whether there is a larger one to try; who is told, and who is asked.
    struct Stage {
        const LaneLimits& limits;
        bool is_last;
        const OnFinal& on_final;
        const std::function<bool()>& is_wanted;
    };
    DeviceResult<void> run_transfers(std::span<const OffloadJob> jobs, std::vector<size_t>& chosen,
                                     const OnFinal& on_final, OffloadResults& results);
    DeviceResult<void> run_with(const Stage& stage, std::span<const OffloadJob> jobs,
                                std::span<const size_t> chosen, OffloadResults& results);
    /// Makes a buffer at least so large; keeps what is large enough.
    DeviceResult<void> reserve(BufferPtr& buffer, size_t bytes);
    DeviceResult<void> fill(BufferPtr& buffer, BytesView bytes);
    DeviceResult<void> fill_codes();
    DeviceResult<void> fold_images();
    DeviceResult<void> run_kernel(std::string_view kernel, size_t items,
                                  std::span<const KernelArgument> arguments);

    Device& m_device;
    ProgramPtr m_program;
    OffloadOptions m_options;
    std::optional<Transfers> m_transfers;
    CodeStore m_codes;
    size_t m_codes_there = 0;   ///< bytes that the device has
    size_t m_images_there = 0;  ///< images whose constants it has made
    BufferPtr m_lanes, m_arenas, m_shape, m_inputs, m_answers, m_code_records, m_code_bytes, m_environments,
        m_forks, m_hashes, m_order, m_places, m_columns, m_results;
    BufferPtr m_images;
};

}  // namespace warpevm
