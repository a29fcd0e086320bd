// SPDX-License-Identifier: Apache-2.0
#include "host/engine/engine.hpp"

#include <deque>
#include <mutex>

#include "host/offload/device_worker.hpp"

namespace warpevm {
namespace {

/// What one execution at a time uses.
struct Seat {
    explicit Seat(const std::shared_ptr<CodeCache>& codes) : context(codes) {}
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
        : settings(wanted), codes(std::make_shared<CodeCache>(wanted.code_cache_bytes)) {
        if (settings.device)
            device = std::make_unique<DeviceWorker>(
                settings.device,
                DeviceWorkerOptions{.batch = settings.device_batch, .takes_all = settings.device_takes_all});
    }

    const EngineSettings settings;
    const std::shared_ptr<CodeCache> codes;
    std::unique_ptr<DeviceWorker> device;
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

std::string Engine::device_lost_because() const {
    return m_parts->device ? m_parts->device->lost_because() : std::string{};
}
CodeCache& Engine::codes() {
    return *m_parts->codes;
}

Result<Execution> Engine::execute(BackendKind backend, std::span<const BlockInput> window,
                                  const StateView& state, const ExecutionOptions& options,
                                  const Watch& watch) {
    Seat* const seat = m_parts->take();
    const std::unique_ptr<Seat, std::function<void(Seat*)>> taken(seat,
                                                                  [this](Seat* s) { m_parts->give_back(s); });
    ExecutionContext& context = seat->context;
    context.interpreter = watch.interpreter;
    context.tracer = watch.tracer;
    context.traced_transaction = watch.traced_transaction;
    context.system_call_tracer = watch.system_calls;
    context.set_cancellation(watch.cancellation);
    Execution execution;
    Result<std::vector<BlockOutcome>> outcomes;
    if (backend == BackendKind::serial) {
        outcomes = execute_serial(context, window, state, options);
        if (outcomes) execution.routes = serial_routes(*outcomes, watch);
    } else {
        if (!seat->parallel)
            seat->parallel = std::make_unique<ParallelContext>(
                ParallelSettings{.threads = m_parts->settings.threads,
                                 .speculate = m_parts->settings.speculate,
                                 .waits_for_loans = m_parts->settings.device_takes_all,
                                 .at_hand_over = {}});
        seat->parallel->run_with(context);
        const bool lends = backend == BackendKind::device && m_parts->device != nullptr;
        const Borrower borrower = lends ? m_parts->device->borrower(options) : Borrower{};
        outcomes = execute_parallel(*seat->parallel, window, state, options, &execution.routes, borrower);
        if (backend == BackendKind::device && !lends)
            for (RouteReport& report : execution.routes)
                report.given_back["no_device"] = report.transactions();
    }
    if (!outcomes) return tl::unexpected(outcomes.error());
    execution.outcomes = std::move(*outcomes);
    return execution;
}

}  // namespace warpevm
