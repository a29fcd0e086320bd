// SPDX-License-Identifier: Apache-2.0
#include "host/engine/engine.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <deque>
#include <mutex>
#include <thread>

#include "evm/chain/edge.hpp"
#include "host/engine/router.hpp"

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

/// Of each block's transactions that the plan kept for the cores: why.
void count_reasons(const WindowPlan& plan, std::vector<RouteReport>& routes) {
    size_t index = 0;
    for (RouteReport& report : routes) {
        std::array<uint64_t, route_reason_texts.size()> counts{};
        for (uint64_t i = report.transactions(); i != 0 && index < plan.work.transactions; --i, ++index)
            if (!plan.is_for_device(index)) ++counts[static_cast<size_t>(plan.reason_of(index))];
        for (size_t r = 0; r < counts.size(); ++r)
            if (counts[r] != 0) report.not_lent[std::string(route_reason_texts[r].key)] += counts[r];
    }
}

uint64_t sum_of(std::span<const RouteReport> reports, Route route) {
    uint64_t sum = 0;
    for (const RouteReport& report : reports) sum += report[route];
    return sum;
}

/// What was given up early says nothing of what the window takes.
bool all_executed(const std::vector<BlockOutcome>& outcomes, size_t blocks) {
    return outcomes.size() == blocks &&
           std::ranges::all_of(outcomes, [](const BlockOutcome& o) { return o.verdict.valid(); });
}

}  // namespace

struct Engine::Parts {
    explicit Parts(const EngineSettings& wanted)
        : settings(wanted), codes(std::make_shared<CodeCache>(wanted.code_cache_bytes)) {
        const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
        router = std::make_unique<Router>(RouterSettings{
            .devices = settings.devices,
            .open = settings.open_device,
            .cache = settings.cache,
            .threads = settings.threads == 0 ? cores : settings.threads,
            .worker = {.batch = settings.device_batch, .takes_all = settings.device_takes_all}});
    }

    const EngineSettings settings;
    const std::shared_ptr<CodeCache> codes;
    std::unique_ptr<Router> router;
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
    return m_parts->router->lost_because();
}
CostModel Engine::costs() const {
    return m_parts->router->costs();
}
void Engine::wait_for_device() {
    m_parts->router->wait_until_ready();
}
bool Engine::close(double patience) {
    return m_parts->router->close(patience);
}
CodeCache& Engine::codes() {
    return *m_parts->codes;
}

Result<Execution> Engine::execute(BackendKind backend, std::span<const BlockInput> window,
                                  const StateView& state, const ExecutionOptions& options,
                                  const Watch& watch) {
    try {
        return run(backend, window, state, options, watch);
    } catch (...) {  // no memory for the plan or the report
        return tl::unexpected(error_of(std::current_exception()));
    }
}

Result<Execution> Engine::run(BackendKind backend, std::span<const BlockInput> window, const StateView& state,
                              const ExecutionOptions& options, const Watch& watch) {
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
        Borrower borrower;
        const bool routed = backend != BackendKind::cpu && watch.tracer == nullptr;
        if (routed) {
            const RouteWish wish = backend == BackendKind::device ? RouteWish::device : RouteWish::faster;
            const RoutedWindow plans = m_parts->router->plan(window, wish);
            execution.plan = plans.plan;
            borrower = m_parts->router->borrower(plans, options, watch.timeline);
        }
        const auto begin = std::chrono::steady_clock::now();
        outcomes = execute_parallel(*seat->parallel, window, state, options, &execution.routes, borrower);
        const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begin;
        if (watch.tracer == nullptr && outcomes && all_executed(*outcomes, window.size())) {
            m_parts->router->learn(routed ? execution.plan->work : work_of(window),
                                   static_cast<bool>(borrower), sum_of(execution.routes, Route::elsewhere),
                                   passed.count());
        }
        if (routed) count_reasons(*execution.plan, execution.routes);
    }
    if (!outcomes) return tl::unexpected(outcomes.error());
    execution.outcomes = std::move(*outcomes);
    return execution;
}

}  // namespace warpevm
