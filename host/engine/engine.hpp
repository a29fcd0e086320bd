// SPDX-License-Identifier: Apache-2.0
// The engine: what outlives a window, and what a caller makes once. Code cache, threads, buffers. There is no
// global state; a process may have several engines.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "evm/base/cancellation.hpp"
#include "evm/chain/context.hpp"
#include "evm/chain/executor.hpp"
#include "fallback/parallel.hpp"
#include "host/device/device_programs.hpp"
#include "host/offload/timeline.hpp"
#include "host/offload/window_plan.hpp"

namespace warpevm {

enum class BackendKind : uint8_t {
    serial,
    cpu,
    device,     ///< device first, the cores for the rest
    automatic,  ///< what is expected to be fastest, window by window
};

struct EngineSettings {
    /// Of the backend `cpu`; 0: as many as there are cores.
    unsigned threads = 0;
    Speculate speculate = Speculate::measured;
    /// Where kernels run, of the backends `device` and `automatic`. Nowhere: the former is `cpu`, and says
    /// so.
    std::vector<std::shared_ptr<DevicePrograms>> devices;
    /// Of the backend `automatic`, where no device is given: looks for one, once that is expected to pay.
    std::function<DeviceResult<std::shared_ptr<DevicePrograms>>()> open_device;
    /// Where that backend keeps what it measured; may be null.
    std::shared_ptr<ProgramCache> cache;
    /// Devices take all that they can, and the commit loop waits for it: for tests that ask where work ran.
    /// Else they take from the window's end, and what is late is overridden.
    bool device_takes_all = false;
    /// Transactions that a device executes at once, and those that contradict one another again
    /// (device_batch.hpp); 0: as many as it has lanes for.
    uint32_t device_batch = 0;
    /// Of codes and what was translated of them.
    size_t code_cache_bytes = CodeCache::default_limit;
};

/// Who looks on, and who may end it. What is named must live as long as the execution.
struct Watch {
    /// Follows each instruction. Makes everything serial, and the plain loop runs it.
    Tracer* tracer = nullptr;
    /// Only that transaction, by its index in its block.
    std::optional<uint32_t> traced_transaction;
    /// Watches the system calls before and after the transactions.
    Tracer* system_calls = nullptr;
    /// Ends the execution with the error `cancelled`, from any thread: within 10 ms and the longest single
    /// instruction or precompile.
    const Cancellation* cancellation = nullptr;
    Interpreter interpreter = Interpreter::tiered;
    /// Is told what devices do when; they may still do so once the execution is over.
    std::shared_ptr<Timeline> timeline;
};

struct Execution {
    std::vector<BlockOutcome> outcomes;
    /// One per outcome: where its transactions ran, and why there.
    std::vector<RouteReport> routes;
    /// What was decided beforehand, where a device was thought of; else null.
    std::shared_ptr<const WindowPlan> plan;
};

/// Thread-safe: several executions may be in flight, each on threads of its own. Keeps what they need for the
/// next ones.
class Engine {
  public:
    explicit Engine(const EngineSettings& settings = {});
    ~Engine();
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    /// As execute_serial, which says what comes out and what an error means; the same bytes on each backend.
    Result<Execution> execute(BackendKind backend, std::span<const BlockInput> window, const StateView& state,
                              const ExecutionOptions& options, const Watch& watch = {});

    /// Why devices are not used any more; empty: all work, or there is none.
    [[nodiscard]] std::string device_lost_because() const;
    /// What the backend `automatic` has learned of this machine.
    [[nodiscard]] CostModel costs() const;
    /// Blocks until a device that is being opened is ready or has failed: for tests and benchmarks.
    void wait_for_device();
    /// Keeps what was learned and stops the device. False where a driver has not come back within `patience`
    /// seconds: the process should then end without running destructors.
    bool close(double patience);
    /// Shared by all executions. Pointers to codes need a lease of their own.
    [[nodiscard]] CodeCache& codes();

  private:
    Result<Execution> run(BackendKind backend, std::span<const BlockInput> window, const StateView& state,
                          const ExecutionOptions& options, const Watch& watch);
    struct Parts;
    std::unique_ptr<Parts> m_parts;
};

}  // namespace warpevm
