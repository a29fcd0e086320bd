// SPDX-License-Identifier: Apache-2.0
// Bundles in lanes: the first calls of all, then, in rounds, the next call of each on what those before it
// did. All calls of a round are one submission.
#pragma once

#include <deque>

#include "host/offload/batch_state.hpp"
#include "host/offload/dispatch.hpp"
#include "host/simulate/simulation_run.hpp"

namespace warpevm {

class DeviceCalls {
  public:
    /// `state` must not throw. All must outlive this.
    DeviceCalls(Offload& offload, const StateView& state, SimulationRun& run);

    /// Until nothing is left that the device can do, or the run does not go on. What it could not do was left
    /// with the reason. An error is the device's; what it has published counts.
    DeviceResult<void> execute();

  private:
    /// A bundle and how far it is.
    struct Course {
        size_t bundle = 0;
        const StateView* start = nullptr;  ///< of its first call
        std::unique_ptr<OverriddenState> overridden;
        /// What its calls did, and the state after them. None before the second call.
        std::unique_ptr<BatchState> changes;
        std::unique_ptr<BatchView> now;
        BundleResult result;
        SeededSet<Address> assumed_accounts;
        SeededSet<SlotKey> assumed_slots;

        [[nodiscard]] const StateView& state() const { return now ? *now : *start; }
        [[nodiscard]] size_t next_call() const { return result.calls.size(); }
    };

    DeviceResult<void> round();
    OffloadJob job_of(const Course& course);
    void end(Course& course, const ResultOf& result);
    void go_on(Course& course, const ResultOf& result);
    [[nodiscard]] CallResult result_of(Course& course, const ResultOf& result) const;
    void note_assumed(Course& course, const ResultOf& result, CallResult& call) const;

    Offload& m_offload;
    SimulationRun& m_run;
    std::deque<Course> m_courses;
    std::vector<Course*> m_round;  ///< those that have a call in this round, by number of the job
    std::vector<Course*> m_next;
    std::map<std::pair<const SimulatedBlock*, uint32_t>, BlockEnvironment> m_environments;
    size_t m_columns = 0;  ///< bytes that the results of this round take on the host
};

}  // namespace warpevm
