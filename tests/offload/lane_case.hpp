// SPDX-License-Identifier: Apache-2.0
// A transaction executed by the CPU and in a lane, in a form in which the two compare.
#pragma once

#include <gtest/gtest.h>

#include "evm/chain/context.hpp"
#include "evm/state/memory_state.hpp"
#include "evm/types/logs.hpp"
#include "host/offload/dispatch.hpp"

namespace warpevm::test {

/// What a transaction did, whoever executed it.
struct Executed {
    bool success = false;
    uint64_t gas_used = 0;
    StateDiff diff;
    std::vector<std::tuple<Address, std::vector<Hash>, Bytes>> logs;
    bool operator==(const Executed&) const = default;
};
void PrintTo(const Executed& executed, std::ostream* out);

/// By the CPU, serially; nothing where the transaction is invalid or state is missing.
std::optional<Executed> execute_on_cpu(ExecutionContext& context, const OffloadJob& job);

/// Of a finished job: its effects on its pre-state.
Executed executed_in_lane(const OffloadResults& results, size_t number, const OffloadJob& job);

/// Whether all that the job observed is so in `state`.
bool observations_hold(const OffloadResults& results, size_t number, const StateView& state);

/// An opened device with its program, and how its lanes are to run.
class LaneRunner {
  public:
    enum class Transfers : uint8_t { by_lanes, by_own_program };
    /// `kind`: "native" or "opencl". Without such a device: unusable.
    explicit LaneRunner(const std::string& kind, OffloadOptions options = {},
                        Transfers transfers = Transfers::by_lanes);
    [[nodiscard]] bool usable() const { return m_offload != nullptr; }
    [[nodiscard]] const Device& device() const { return *m_device; }
    /// How many images its codes have.
    [[nodiscard]] size_t images() const { return m_offload->images(); }
    [[nodiscard]] const Offload& offload() const { return *m_offload; }
    /// A device error is a failure of the test.
    OffloadResults run(std::span<const OffloadJob> jobs, const Offload::OnFinal& on_final = {},
                       const std::function<bool()>& is_wanted = {});

  private:
    std::shared_ptr<Device> m_device;
    std::unique_ptr<Offload> m_offload;
};

/// Runs the jobs in lanes and on the CPU and compares; counts how each ended. Valid jobs that a lane left are
/// failures only where `must_finish`.
struct Tally {
    std::map<std::string, uint64_t> ends;
    uint64_t equal = 0, different = 0, invalid = 0;
    uint64_t parks = 0, launches = 0;

    void add(const Tally& other);
    /// Of the jobs that the CPU found valid: how many the lanes finished.
    [[nodiscard]] double share_done() const {
        uint64_t all = 0;
        for (const auto& [end, count] : ends) all += count;
        const auto done = ends.find("done");
        return all == 0 || done == ends.end() ? 0
                                              : static_cast<double>(done->second) / static_cast<double>(all);
    }
};
void compare_with_cpu(LaneRunner& lanes, ExecutionContext& context, std::span<const OffloadJob> jobs,
                      Tally& tally, bool must_finish = true);

}  // namespace warpevm::test
