// SPDX-License-Identifier: Apache-2.0
// What an engine has learned of a device, of the cores beside it and of contracts, from work that was done
// anyway.
#pragma once

#include <memory>
#include <mutex>

#include "host/offload/access_table.hpp"
#include "host/offload/cost_model.hpp"

namespace warpevm {

/// Of one device. Thread-safe.
class Learned {
  public:
    /// What is known of contracts is shared by all devices.
    explicit Learned(std::shared_ptr<AccessTable> accesses = std::make_shared<AccessTable>())
        : m_accesses(std::move(accesses)) {}

    [[nodiscard]] AccessTable& accesses() { return *m_accesses; }

    [[nodiscard]] CostModel costs() const {
        const std::lock_guard held(m_lock);
        return m_costs;
    }
    /// As an earlier process left them.
    void take(const CostModel& costs) {
        const std::lock_guard held(m_lock);
        m_costs = costs;
    }
    void cores_did(const Work& work, double seconds) {
        const std::lock_guard held(m_lock);
        m_costs.cores.learn(work, seconds);
    }
    void device_did(const Work& work, double kernel_seconds, double packing_seconds) {
        const std::lock_guard held(m_lock);
        m_costs.device.learn(work, kernel_seconds, packing_seconds);
    }
    /// A window took so long of which the device did a part, so many transactions, and the cores `rest`.
    void shared(const Work& rest, uint64_t merged, double seconds) {
        const std::lock_guard held(m_lock);
        m_costs.device.learn_merging(merged, seconds - m_costs.cores.seconds(rest));
    }
    void device_opened(double seconds, bool uses_host_cores) {
        const std::lock_guard held(m_lock);
        DeviceCosts& device = m_costs.device;
        if (uses_host_cores != device.uses_host_cores) {  // what is known is of another device
            device = {};
            // Until it was measured: kernels on cores take about twice as long as the executor there.
            if (uses_host_cores) device.transaction = 2 * m_costs.cores.transaction;
            if (uses_host_cores) device.gas = 2 * m_costs.cores.gas;
        }
        device.uses_host_cores = uses_host_cores;
        device.opening = std::max(seconds, 1e-3);
    }

  private:
    const std::shared_ptr<AccessTable> m_accesses;
    mutable std::mutex m_lock;
    CostModel m_costs;
};

}  // namespace warpevm
