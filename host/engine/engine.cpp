// SPDX-License-Identifier: Apache-2.0
#include "host/engine/engine.hpp"

#include <deque>
#include <mutex>

namespace warpevm {
namespace {

/// What one execution at a time uses.
struct Seat {
    Seat(const std::shared_ptr<CodeCache>& codes) : context(codes) {}
    ExecutionContext context;
    std::unique_ptr<ParallelContext> parallel;  ///< made when it is first needed: it has threads
};

std::vector<RouteReport> serial_routes(const std::vector<BlockOutcome>& outcomes, const Watch& watch) {
    const Route route = watch.tracer != nullptr ? Route::traced : Route::serial_backend;
    std::vector<RouteReport> routes;
    for (const BlockOutcome& outcome : outcomes)
        routes.emplace_back().count(route, outcome.transactions.size());
    return routes;
}

}  // namespace

struct Engine::Parts {
    explicit Parts(const EngineSettings& wanted)
        : settings(wanted), codes(std::make_shared<CodeCache>(wanted.code_cache_bytes)) {}

    const EngineSettings settings;
    const std::shared_ptr<CodeCache> codes;
    std::mutex lock;  ///< of the next two
    std::deque<Seat> seats;
    std::vector<Seat*> free;

    Seat* take() {
        const std::lock_guard held(lock);
        if (free.empty()) {
            free.reserve(seats.size() + 1);  // so that giving back does not allocate
            return &seats.emplace_back(codes);
        }
        Seat* seat = free.back();
        free.pop_back();
        return seat;
    }
    void give_back(Seat* seat) noexcept {
        const std::lock_guard held(lock);
        free.push_back(seat);
    }
};

Engine::Engine(const EngineSettings& settings) : m_parts(std::make_unique<Parts>(settings)) {}
Engine::~Engine() = default;

CodeCache& Engine::codes() {
    return *m_parts->codes;
}

Result<Execution> Engine::execute(Backend backend, std::span<const BlockInput> window, const StateView& state,
                                  const ExecutionOptions& options, const Watch& watch) {
    Seat* const seat = m_parts->take();
    const std::unique_ptr<Seat, std::function<void(Seat*)>> taken(
        seat, [this](Seat* s) { m_parts->give_back(s); });
    ExecutionContext& context = seat->context;
    context.interpreter = watch.interpreter;
    context.tracer = watch.tracer;
    context.traced_transaction = watch.traced_transaction;
    context.system_call_tracer = watch.system_calls;
    context.set_cancellation(watch.cancellation);
    Execution execution;
    Result<std::vector<BlockOutcome>> outcomes;
    if (backend == Backend::serial) {
        outcomes = execute_serial(context, window, state, options);
        if (outcomes) execution.routes = serial_routes(*outcomes, watch);
    } else {
        if (!seat->parallel)
            seat->parallel = std::make_unique<ParallelContext>(
                ParallelSettings{.threads = m_parts->settings.threads,
                                 .speculate = m_parts->settings.speculate,
                                 .at_hand_over = {}});
        seat->parallel->run_with(context);
        outcomes = execute_parallel(*seat->parallel, window, state, options, &execution.routes);
    }
    if (!outcomes) return tl::unexpected(outcomes.error());
    execution.outcomes = std::move(*outcomes);
    return execution;
}

}  // namespace warpevm
