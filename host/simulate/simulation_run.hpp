// SPDX-License-Identifier: Apache-2.0
// One simulation in progress: who has done which bundle. Threads and the device may do the same one; the
// first result counts, and all are equal.
#pragma once

#include <atomic>
#include <memory>

#include "host/simulate/simulator.hpp"

namespace warpevm {

class SimulationRun {
  public:
    SimulationRun(std::span<const SimulatedBundle> bundles, const SimulationOptions& options)
        : m_bundles(bundles),
          m_options(options),
          m_results(bundles.size()),
          m_reasons(bundles.size()),
          m_done(std::make_unique<std::atomic<uint8_t>[]>(bundles.size())),
          m_left(bundles.size()) {}

    [[nodiscard]] std::span<const SimulatedBundle> bundles() const { return m_bundles; }
    [[nodiscard]] const SimulationOptions& options() const { return m_options; }
    /// Somebody has its result.
    [[nodiscard]] bool is_done(size_t bundle) const {
        return m_done[bundle].load(std::memory_order_relaxed) != nobody;
    }
    /// There is something left to do, and nothing against doing it.
    [[nodiscard]] bool goes_on() const;

    enum class By : uint8_t { cpu = 1, device = 2 };
    /// Takes a result, unless there is one, or it is not done.
    void publish(size_t bundle, BundleResult&& result, By by);
    /// The device leaves the bundle to the CPU; from the device's thread. `why` lives for ever.
    void leave(size_t bundle, std::string_view why) { m_reasons[bundle] = why; }
    /// Likewise all that are not done.
    void leave_rest(std::string_view why);

    /// Once nobody is at work any more. `cpu_because`: why the CPU did what no device tried.
    Simulation finish(std::string_view cpu_because);

  private:
    static constexpr uint8_t nobody = 0;

    std::span<const SimulatedBundle> m_bundles;
    const SimulationOptions& m_options;
    std::vector<BundleResult> m_results;
    std::vector<std::string_view> m_reasons;  ///< why the device left it
    std::unique_ptr<std::atomic<uint8_t>[]> m_done;
    std::atomic<size_t> m_left, m_bytes{0};
};

}  // namespace warpevm
