// SPDX-License-Identifier: Apache-2.0
// Decides for each window what of it devices do, opens one when that pays, and learns from what was done.
// Nothing waits for a device: while one is being opened, the cores do everything.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "host/offload/device_worker.hpp"

namespace warpevm {

struct RouterSettings {
    /// Open already; all are used.
    std::vector<std::shared_ptr<DevicePrograms>> devices{};
    /// Where there are none: looks for a device and opens it. Asked once, on a thread of its own, when that
    /// is expected to pay; empty: there is none.
    std::function<DeviceResult<std::shared_ptr<DevicePrograms>>()> open{};
    /// Where costs are kept from process to process; may be null. Not looked at before the cores are expected
    /// to take a while.
    std::shared_ptr<ProgramCache> cache{};
    unsigned threads = 1;  ///< of the executor: costs are theirs
    DeviceWorkerOptions worker{};
};

/// What of a window is for which device. Each may be null: then nothing is.
struct RoutedWindow {
    std::vector<std::shared_ptr<const WindowPlan>> of_device;
    /// That of them by which most goes to a device; never null.
    std::shared_ptr<const WindowPlan> plan;
};

/// Thread-safe. Owns the devices' workers.
class Router {
  public:
    explicit Router(RouterSettings settings);
    /// As close(60).
    ~Router();
    Router(const Router&) = delete;
    Router& operator=(const Router&) = delete;

    /// May start to open a device.
    [[nodiscard]] RoutedWindow plan(std::span<const BlockInput> window, RouteWish wish);
    /// For execute_parallel; empty where nothing is for a device. Must not outlive the router.
    [[nodiscard]] Borrower borrower(const RoutedWindow& routed, const ExecutionOptions& options,
                                    const std::shared_ptr<Timeline>& timeline = {});
    /// How long a window took, of whose transactions so many came from devices, if any took part.
    void learn(const Work& window, bool was_shared, uint64_t from_devices, double seconds);

    /// Why devices are not used any more; empty: all work, or there is none.
    [[nodiscard]] std::string lost_because() const;
    /// Of the first device.
    [[nodiscard]] CostModel costs() const;
    /// Blocks until devices that are being opened are ready or have failed: for tests and benchmarks.
    void wait_until_ready();
    /// Keeps the costs. False where a driver has not come back within `patience` seconds: it is then left
    /// alone, and the process should end without running destructors.
    bool close(double patience);

  private:
    struct Shared;
    std::shared_ptr<Shared> m_shared;
};

}  // namespace warpevm
