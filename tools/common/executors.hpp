// SPDX-License-Identifier: Apache-2.0
// The table of executors: what every command that executes blocks chooses from. A backend is one row here.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "host/engine/engine.hpp"

namespace warpevm::tools {

/// What an executor is started with.
struct ExecutorSettings {
    unsigned threads = 1;
    Speculate speculate = Speculate::measured;
    /// Where the backend's kernels run, if it has any.
    std::vector<std::shared_ptr<DevicePrograms>> devices;
    /// Of `auto`: looks for a device, once that is expected to pay; and where it keeps what it measured.
    std::function<DeviceResult<std::shared_ptr<DevicePrograms>>()> open_device;
    std::shared_ptr<ProgramCache> cache;
    bool waits_for_device = false;
    uint32_t device_batch = 0;
};

/// An engine and the backend that was chosen, or whatever else executes. May be called from several threads
/// at once.
class Execute {
  public:
    using Outcomes = Result<std::vector<BlockOutcome>>;
    using Function =
        std::function<Result<Execution>(std::span<const BlockInput> window, const StateView& state,
                                        const ExecutionOptions& options, const Watch& watch)>;

    /// The serial one.
    Execute() : Execute(BackendKind::serial, {}) {}
    Execute(BackendKind backend, const EngineSettings& settings)
        : m_engine(std::make_shared<Engine>(settings)),
          m_run([engine = m_engine, backend](auto&&... arguments) {
              return engine->execute(backend, arguments...);
          }) {}
    Execute(Function run) : m_run(std::move(run)) {}  // NOLINT(google-explicit-constructor)
    /// `routes`, where given, gets one report per outcome, and `plan` what was decided beforehand.
    Outcomes operator()(std::span<const BlockInput> window, const StateView& state,
                        const ExecutionOptions& options, const Watch& watch = {},
                        std::vector<RouteReport>* routes = nullptr,
                        std::shared_ptr<const WindowPlan>* plan = nullptr) const {
        auto execution = m_run(window, state, options, watch);
        if (!execution) return tl::unexpected(execution.error());
        if (routes != nullptr) *routes = std::move(execution->routes);
        if (plan != nullptr) *plan = std::move(execution->plan);
        return std::move(execution->outcomes);
    }
    /// Null where something else executes.
    [[nodiscard]] Engine* engine() const { return m_engine.get(); }

  private:
    std::shared_ptr<Engine> m_engine;
    Function m_run;
};

struct Executor {
    /// As --backend names it and results are labelled.
    std::string_view name;
    /// It takes --threads; others execute on one.
    bool threaded;
    BackendKind backend;

    [[nodiscard]] Execute start(const ExecutorSettings& settings) const {
        return {backend,
                {.threads = settings.threads,
                 .speculate = settings.speculate,
                 .devices = settings.devices,
                 .open_device = settings.open_device,
                 .cache = settings.cache,
                 .device_takes_all = settings.waits_for_device,
                 .device_batch = settings.device_batch}};
    }
};

/// All that are built in.
std::span<const Executor> executors();
/// The one called `name`; nothing where it is not built in.
const Executor* find_executor(std::string_view name);
/// "auto, serial, …": what --backend may be in this build.
std::string executor_names();

}  // namespace warpevm::tools
