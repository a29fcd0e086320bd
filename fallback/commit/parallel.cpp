// SPDX-License-Identifier: Apache-2.0
// The parallel executor: a window's blocks one after the other, each on all threads.
#include "fallback/parallel.hpp"

#include <thread>

#include "evm/chain/edge.hpp"
#include "fallback/commit/parallel_block.hpp"

namespace warpevm {
namespace {

unsigned thread_count(const ParallelSettings& settings) {
    return settings.threads != 0 ? settings.threads : std::max(1U, std::thread::hardware_concurrency());
}

/// Accounts, and half of the slots: for the size of the table's index.
constexpr size_t keys_per_transaction = 4;

/// More than any caller asks for. TBB makes threads only for arenas that have work.
constexpr size_t most_threads = 256;

/// With one thread, and with a tracer, which needs the block's order.
Result<std::vector<BlockOutcome>> serially(ExecutionContext& context, std::span<const BlockInput> window,
                                           const StateView& state, const ExecutionOptions& options,
                                           std::vector<BlockCounters>* counters) {
    auto outcomes = execute_serial(context, window, state, options);
    if (!outcomes || counters == nullptr) return outcomes;
    for (const BlockOutcome& outcome : *outcomes) {
        const size_t ran = outcome.transactions.size();
        counters->push_back({.transactions = ran, .direct = ran});
    }
    return outcomes;
}

Result<std::vector<BlockOutcome>> execute_window(ParallelContext& context, std::span<const BlockInput> window,
                                                 const StateView& state, const ExecutionOptions& options,
                                                 const HandedInResults& handed_in,
                                                 std::vector<BlockCounters>* counters) {
    const bool assume_absent = options.on_missing_state == OnMissingState::assume_absent;
    ParallelContext::Parts& parts = context.parts();
    const CodeCache::Lease lease = context.serial().codes().lease();
    context.serial().buffers().trim();
    parts.buffers.for_each([](MachineBuffers& buffers) { buffers.trim(); });
    size_t transactions = 0;
    for (const BlockInput& block : window) transactions += block.transactions.size();
    EntryArena* arena = parts.arenas.borrow();
    const auto reset_table = [&] {
        parts.arenas.for_each([](EntryArena& a) { a.clear(); });
        parts.table.reset(state, keys_per_transaction * transactions,
                          2 * keys_per_transaction * transactions);
    };
    WindowState shared{
        .parts = parts,
        .arena = *arena,
        .state = state,
        .options = options,
        .committed = {{parts.table, *arena, reset_table}, state, context.serial().codes(), assume_absent},
        .next_position = 4,
        .roots = {window, options}};
    if (shared.roots.are_wanted()) shared.committed.list_changes();
    MissingReads& missing = shared.committed.journal().missing();
    std::vector<BlockOutcome> outcomes;
    for (size_t i = 0; i < window.size(); ++i) {
        std::span<const TransactionResult* const> results;
        if (i < handed_in.size()) results = handed_in[i];
        ParallelBlock block(shared, window[i], results);
        BlockOutcome outcome = block.execute();
        if (missing.error) return tl::unexpected(*missing.error);
        shared.committed.take_assumed(outcome.assumed_accounts, outcome.assumed_slots);
        block.end(/*more=*/i + 1 < window.size());
        if (counters != nullptr) counters->push_back(block.counters());
        outcomes.push_back(std::move(outcome));
        if (!outcomes.back().verdict.valid()) break;
    }
    parts.arenas.give_back(arena);
    return outcomes;
}

}  // namespace

ParallelContext::Parts::Parts(const ParallelSettings& wanted)
    : settings(wanted), arena(static_cast<int>(thread_count(wanted)), /*reserved_for_masters=*/1) {
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
                                                   const HandedInResults& handed_in,
                                                   std::vector<BlockCounters>* counters) {
    const bool serial = context.serial().tracer != nullptr || (context.threads() == 1 && handed_in.empty());
    auto outcomes = run_guarded(state, [&](const StateView& guarded) {
        return serial ? serially(context.serial(), window, guarded, options, counters)
                      : execute_window(context, window, guarded, options, handed_in, counters);
    });
    // All threads have left; what they had borrowed when the execution ended early goes back to the pools.
    if (!outcomes) context.parts().take_all_back();
    return outcomes;
}

}  // namespace warpevm
