// SPDX-License-Identifier: Apache-2.0
// Bulk simulation: many independent calls, or bundles of calls, on one pre-state, each on its own copy of it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "evm/base/cancellation.hpp"
#include "evm/chain/executor.hpp"
#include "evm/vm/machine.hpp"
#include "host/device/device_programs.hpp"
#include "host/engine/engine.hpp"
#include "host/offload/dispatch.hpp"
#include "host/simulate/simulated_call.hpp"

namespace warpevm {

struct SimulatorSettings {
    /// Of the backends `cpu` and `device`; 0: as many as there are cores.
    unsigned threads = 0;
    /// Of the backend `device`: where kernels run. Nobody: the CPU does its work, and says so.
    std::shared_ptr<DevicePrograms> device;
    /// The device does all that it can before the CPU does the rest. Else threads begin at the other end,
    /// and in the end do what the device is still at work on: the first result counts.
    bool device_takes_all = false;
    /// How many lanes there are, and their memory.
    OffloadOptions offload;
    size_t code_cache_bytes = CodeCache::default_limit;
};

struct SimulationOptions {
    OnMissingState on_missing_state = OnMissingState::fail;
    /// Once all results together hold so many bytes, bundles that have not begun are left out. At least one
    /// is done.
    size_t most_result_bytes = size_t{1} << 30;
    /// Once it is cancelled, the rest is left out.
    const Cancellation* cancellation = nullptr;
    /// Of the CPU.
    Interpreter interpreter = Interpreter::tiered;
    /// Hears how many bundles are done; from any thread, and from several at once.
    std::function<void(size_t done)> on_progress;
};

/// Where calls were executed. device + cpu + escalated are all calls of bundles that are done.
struct CallRoutes {
    uint64_t device = 0;
    uint64_t cpu = 0;        ///< and nobody had meant otherwise
    uint64_t escalated = 0;  ///< the device left them, with their bundles, to the CPU
    /// Why calls were not executed by the device, each counted once.
    std::map<std::string, uint64_t> reasons;

    CallRoutes& operator+=(const CallRoutes& more);
    [[nodiscard]] uint64_t calls() const { return device + cpu + escalated; }
};

struct Simulation {
    /// As many as there were bundles, in their order.
    std::vector<BundleResult> bundles;
    CallRoutes routes;
};

/// What outlives a simulation: codes, threads' memory, the device. Thread-safe; one simulation at a time uses
/// the device, and others wait for it.
class Simulator {
  public:
    explicit Simulator(const SimulatorSettings& settings = {});
    /// Waits for programs that are being built.
    ~Simulator();
    Simulator(const Simulator&) = delete;
    Simulator& operator=(const Simulator&) = delete;

    /// Executes the bundles; the same results on each backend. What a single call can't be given an answer
    /// for is that call's result. An Error means that nothing counts: memory ran out.
    Result<Simulation> run(BackendKind backend, std::span<const SimulatedBundle> bundles,
                           const StateView& state, const SimulationOptions& options = {});

    /// Why the device is not used any more; empty: it works, or there is none.
    [[nodiscard]] std::string device_lost_because() const;

  private:
    struct Parts;
    std::unique_ptr<Parts> m_parts;
};

}  // namespace warpevm
