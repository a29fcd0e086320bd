// SPDX-License-Identifier: Apache-2.0
// The edge of the parallel executor.
#include "fallback/parallel.hpp"

#include <thread>

#include "evm/chain/edge.hpp"
#include "fallback/commit/crew.hpp"

namespace warpevm {
namespace {

unsigned thread_count(const ParallelSettings& settings) {
    return settings.threads != 0 ? settings.threads : std::max(1U, std::thread::hardware_concurrency());
}

/// More than any caller asks for. TBB makes threads only for arenas that have work.
constexpr size_t most_threads = 256;

/// With one thread, and with a tracer, which needs the block's order.
Result<std::vector<BlockOutcome>> serially(ExecutionContext& context, std::span<const BlockInput> window,
                                           const StateView& state, const ExecutionOptions& options,
                                           std::vector<RouteReport>* routes) {
    auto outcomes = execute_serial(context, window, state, options);
    if (!outcomes || routes == nullptr) return outcomes;
    for (const BlockOutcome& outcome : *outcomes) {
        const Route route = context.tracer != nullptr ? Route::traced : Route::one_thread;
        routes->emplace_back().count(route, outcome.transactions.size());
    }
    return outcomes;
}

/// Lets the borrower take part as long as this lives.
class Lending {
  public:
    Lending(const Borrower& borrower, WindowExecution& window, std::span<const BlockInput> blocks) {
        if (!borrower) return;
        m_loans = std::make_shared<Loans>(window);
        try {
            borrower(m_loans, blocks);
        } catch (...) {
            m_loans->end();
            throw;
        }
    }
    Lending(const Lending&) = delete;
    Lending& operator=(const Lending&) = delete;
    ~Lending() {
        if (m_loans) m_loans->end();
    }

  private:
    std::shared_ptr<Loans> m_loans;
};

Result<std::vector<BlockOutcome>> execute_window(ParallelContext& context, std::span<const BlockInput> blocks,
                                                 const StateView& state, const ExecutionOptions& options,
                                                 std::vector<RouteReport>* routes, const Borrower& borrower) {
    ParallelContext::Parts& parts = context.parts();
    const CodeCache::Lease lease = context.serial().codes().lease();
    context.serial().buffers().trim();
    parts.buffers.for_each([](MachineBuffers& buffers) { buffers.trim(); });
    WindowExecution window(parts, blocks, state, options, static_cast<bool>(borrower));
    const Lending lending(borrower, window, blocks);
    auto outcomes = run(window, static_cast<bool>(borrower));
    if (outcomes && routes != nullptr)
        routes->insert(routes->end(), window.routes().begin(), window.routes().end());
    return outcomes;
}

}  // namespace

ParallelContext::Parts::Parts(const ParallelSettings& wanted)
    : settings(wanted), helpers(thread_count(wanted) - 1) {
    settings.threads = thread_count(wanted);
    using tbb::global_control;
    const size_t allowed_now = global_control::active_value(global_control::max_allowed_parallelism);
    // Of several such wishes TBB grants the lowest, so that one context would bound another's.
    if (settings.threads > allowed_now)
        allowed = std::make_unique<global_control>(global_control::max_allowed_parallelism,
                                                   std::max<size_t>(settings.threads, most_threads));
}

ParallelContext::ParallelContext(const ParallelSettings& settings)
    : m_parts(std::make_unique<Parts>(settings)) {}
ParallelContext::~ParallelContext() = default;

unsigned ParallelContext::threads() const {
    return m_parts->settings.threads;
}
const ParallelSettings& ParallelContext::settings() const {
    return m_parts->settings;
}
ExecutionContext& ParallelContext::serial() {
    return *m_parts->serial;
}
void ParallelContext::run_with(ExecutionContext& context) {
    m_parts->serial = &context;
}

Result<std::vector<BlockOutcome>> execute_parallel(ParallelContext& context,
                                                   std::span<const BlockInput> window, const StateView& state,
                                                   const ExecutionOptions& options,
                                                   std::vector<RouteReport>* routes,
                                                   const Borrower& borrower) {
    const bool serial = context.serial().tracer != nullptr || (context.threads() == 1 && !borrower);
    return run_guarded(state, [&](const StateView& guarded) {
        return serial ? serially(context.serial(), window, guarded, options, routes)
                      : execute_window(context, window, guarded, options, routes, borrower);
    });
}

}  // namespace warpevm
