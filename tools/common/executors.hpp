// SPDX-License-Identifier: Apache-2.0
// The table of executors: what every command that executes blocks chooses from. A backend is one row here.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "evm/chain/executor.hpp"
#include "fallback/parallel.hpp"

namespace warpevm::tools {

/// What an executor is started with.
struct ExecutorSettings {
    unsigned threads = 1;
    std::vector<std::string> devices;
    Speculate speculate = Speculate::measured;
};

/// A started executor. It owns what outlives a window (threads, devices) and may be called from several
/// threads at once, each with a context of its own.
class Execute {
  public:
    using Outcomes = Result<std::vector<BlockOutcome>>;
    using Counters = std::vector<BlockCounters>;
    using Function =
        std::function<Outcomes(ExecutionContext& context, std::span<const BlockInput> window,
                               const StateView& state, const ExecutionOptions& options, Counters* counters)>;

    /// The serial one.
    Execute();
    Execute(Function run) : m_run(std::move(run)) {}  // NOLINT(google-explicit-constructor)
    /// `counters`, where given, gets one record per outcome from executors that count.
    Outcomes operator()(ExecutionContext& context, std::span<const BlockInput> window, const StateView& state,
                        const ExecutionOptions& options, Counters* counters = nullptr) const {
        return m_run(context, window, state, options, counters);
    }

  private:
    Function m_run;
};

struct Executor {
    /// As --backend names it and results are labelled.
    std::string_view name;
    /// It takes --threads; others execute on one.
    bool threaded;
    /// `auto` may take it.
    bool automatic;
    Execute (*start)(const ExecutorSettings& settings);
};

/// All that are built in, from the plainest to the best.
std::span<const Executor> executors();
/// The one called `name`, for "auto" the last that auto may take; nothing where it is not built in.
const Executor* find_executor(std::string_view name);
/// "auto, serial, …": what --backend may be in this build.
std::string executor_names();

}  // namespace warpevm::tools
