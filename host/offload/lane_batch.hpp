// SPDX-License-Identifier: Apache-2.0
// Jobs in lanes of one size: pack, launch in slices, serve those that wait, collect those that have ended and
// give their lanes to jobs that have not begun.
#pragma once

#include <functional>

#include "host/offload/lane_limits.hpp"
#include "host/offload/lane_memory.hpp"
#include "host/offload/lane_service.hpp"
#include "host/offload/timeline.hpp"

namespace warpevm {

struct OffloadOptions {
    /// Sizes of lanes, from small to large: what exceeds one is tried with the next.
    std::vector<LaneLimits> limits{usual_lane_limits(), wide_lane_limits(), widest_lane_limits()};
    /// Bytes of device memory for lanes (of one size at a time), and how many of them at most; 0: as the
    /// device has room (lane_room).
    uint64_t lane_memory = 0;
    uint32_t most_lanes = 0;
    /// Bytes of call data and other things that lanes have begun with, which stay until all lanes have ended:
    /// with more than so much there, jobs wait for that before they begin.
    uint64_t input_memory = uint64_t{64} << 20;
    /// Work of a lane in one launch: instructions, and words moved or hashed.
    uint32_t slice = 50'000;
    // Of one job.
    uint32_t most_launches = 1'000'000;
    uint32_t most_parks = 1024;
    uint32_t group_size = 0;  ///< 0: as suits the device
    Images images = Images::worth;
    /// Codes are kept from batch to batch up to so many bytes; then all are forgotten.
    size_t kept_code_bytes = size_t{256} << 20;
    /// What a state view does not know is not there (a closed view).
    bool unknown_is_absent = false;
};

/// Called with jobs, by number, that are done or escalated for good; each job comes once. The results so far
/// hold all that is theirs.
using OnFinal = std::function<void(const OffloadResults& so_far, std::span<const size_t> jobs)>;

/// A size of lanes, and how many there are, at least one; whether there is a larger size to try; who is told,
/// and who is asked before each launch whether there is a use for it.
struct LaneStage {
    const LaneLimits& limits;
    size_t lanes;
    bool is_last;
    const OnFinal& on_final;
    const std::function<bool()>& is_wanted;
    Recorder recorder{};
};

/// Whether a larger lane might do what ended so.
[[nodiscard]] bool is_limit(uint32_t status);

class LaneBatch {
  public:
    /// Those of `all` that `chosen` names, in that order; both must outlive this.
    LaneBatch(LaneMemory& memory, const OffloadOptions& options, const LaneStage& stage,
              std::span<const OffloadJob> all, std::span<const size_t> chosen);

    DeviceResult<void> run(OffloadResults& results);

  private:
    DeviceResult<void> prepare();
    DeviceResult<void> make_room();
    DeviceResult<void> refill();
    [[nodiscard]] bool has_room() const;
    void choose_runnable();
    void give_up(OffloadResults& results);
    DeviceResult<void> launch(OffloadResults& results);
    DeviceResult<void> run_lanes();
    DeviceResult<void> take_reports(std::span<const kernel::lane_report> reports);
    DeviceResult<void> read_inputs(std::vector<ParkedLane>& parked, std::span<const uint32_t> numbers);
    DeviceResult<void> serve(OffloadResults& results);
    DeviceResult<void> collect(OffloadResults& results);
    DeviceResult<void> read_results(OffloadResults& results, std::span<const uint32_t> done);
    [[nodiscard]] tl::unexpected<DeviceError> bad_answer() const;

    LaneMemory& m_memory;
    const OffloadOptions& m_options;
    LaneStage m_stage;
    kernel::lane_shape m_shape;
    std::span<const OffloadJob> m_jobs;
    std::span<const size_t> m_waiting;  ///< jobs that have not begun
    PackedJobs& m_packed;
    JobPacker m_packer;
    std::vector<kernel::hash_window> m_hashes;
    std::vector<HostLane> m_lanes;
    // Lanes by number: without a job; whose end has not been told; of a launch.
    std::vector<uint32_t> m_free, m_left, m_order;
    Bytes m_gathered;
};

}  // namespace warpevm
