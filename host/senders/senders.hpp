// SPDX-License-Identifier: Apache-2.0
// The senders of a whole block, or of many, in one batch: on all cores, and on a device where that is faster.
// The answers are those of evm's recover_sender, whoever computes them.
#pragma once

#include <memory>
#include <vector>

#include "evm/codec/signature.hpp"
#include "host/device/devices.hpp"
#include "host/device/program_cache.hpp"
#include "host/senders/recover_engine.hpp"
#include "host/senders/recover_rates.hpp"
#include "host/senders/sender_batch.hpp"
#include "host/senders/sender_report.hpp"

namespace warpevm {

enum class DeviceUse : uint8_t {
    never,
    /// Looks for a device only when a batch would take the processor longer than opening one does.
    automatic,
    /// The given devices, opened at once in the background, each for batches from its measured crossover.
    when_faster,
    /// The given devices do all they can, and threads only what they leave: for tests and benchmarks.
    device_first,
};

struct SenderOptions {
    unsigned threads = 0;  ///< 0: as many as there are cores
    DeviceUse use = DeviceUse::automatic;
    /// For when_faster and device_first.
    std::vector<RecoverSource> devices{};
    /// For automatic: looks for devices.
    std::function<std::vector<RecoverSource>()> find{};
    /// Where what was measured is kept; may be null.
    std::shared_ptr<ProgramCache> cache{};
};

/// Thread-safe: batches of several threads share the devices. Owns a thread per device.
class SenderRecovery {
  public:
    explicit SenderRecovery(SenderOptions options);
    /// As close().
    ~SenderRecovery();
    SenderRecovery(const SenderRecovery&) = delete;
    SenderRecovery& operator=(const SenderRecovery&) = delete;

    /// A sender or an error for each request, in their order; never waits for a device.
    std::vector<Result<Address>> recover(std::span<const SenderRequest> requests,
                                         SenderReport* report = nullptr);

    /// Blocks until every device is ready or has failed: for tests and benchmarks.
    void wait_until_ready();
    /// Stops the devices' threads. False where one is still within a driver's call (a build, a stalled
    /// launch) after `patience` seconds: it is then left alone, and the process should end without running
    /// destructors.
    bool close(double patience);

  private:
    struct Shared;
    std::shared_ptr<Shared> m_shared;
};

/// Sources for `automatic`: the best usable device that has cores of its own.
std::vector<RecoverSource> find_recover_sources(const std::shared_ptr<ProgramCache>& cache);

}  // namespace warpevm
