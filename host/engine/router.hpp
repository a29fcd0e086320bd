// SPDX-License-Identifier: Apache-2.0
// Decides for each window what of it a device does, opens devices when that pays, and learns from what was
// done. Nothing waits for a device: while one is being opened, the cores do everything.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "host/offload/device_worker.hpp"

namespace warpevm {

struct RouterSettings {
    /// Open already, or null.
    std::shared_ptr<DevicePrograms> device{};
    /// Otherwise: looks for a device and opens it. Asked once, on a thread of its own, when that is expected
    /// to pay; empty: there is none.
    std::function<DeviceResult<std::shared_ptr<DevicePrograms>>()> open{};
    /// Where costs are kept from process to process; may be null. Not looked at before the cores are expected
    /// to take a while.
    std::shared_ptr<ProgramCache> cache{};
    unsigned threads = 1;  ///< of the executor: costs are theirs
    DeviceWorkerOptions worker{};
};

/// Thread-safe. Owns the device's worker.
class Router {
  public:
    explicit Router(RouterSettings settings);
    /// As close(60).
    ~Router();
    Router(const Router&) = delete;
    Router& operator=(const Router&) = delete;

    /// May start to open a device.
    [[nodiscard]] std::shared_ptr<const WindowPlan> plan(std::span<const BlockInput> window, RouteWish wish);
    /// For execute_parallel; empty where nothing is for a device. Must not outlive the router.
    [[nodiscard]] Borrower borrower(std::shared_ptr<const WindowPlan> plan, const ExecutionOptions& options);
    /// What the cores did by themselves, and how long all of them together took.
    void cores_did(const Work& work, double seconds);

    /// Why the device is not used any more; empty: it works, or there is none.
    [[nodiscard]] std::string lost_because() const;
    [[nodiscard]] CostModel costs() const;
    /// Blocks until the device that is being opened is ready or has failed: for tests and benchmarks.
    void wait_until_ready();
    /// Keeps the costs. False where a driver has not come back within `patience` seconds: it is then left
    /// alone, and the process should end without running destructors.
    bool close(double patience);

  private:
    struct Shared;
    std::shared_ptr<Shared> m_shared;
};

}  // namespace warpevm
