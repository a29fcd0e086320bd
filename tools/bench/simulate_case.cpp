// SPDX-License-Identifier: Apache-2.0
// The workload `simulate`: exchanges as calls, each on its own copy of one state, in one submission:
// serially, on threads, on each device alone, and on each device with the threads.
#include <fmt/format.h>

#include "host/simulate/simulator.hpp"
#include "tools/bench/device_case.hpp"
#include "tools/common/interrupt.hpp"

namespace warpevm::tools {
namespace {

/// Calls for each of --txs: so many have the same sender, pair and amount.
constexpr size_t calls_per_transaction = 100;

struct Calls {
    SimulatedBlock block;
    std::vector<SimulatedBundle> bundles;
    std::vector<BundleResult> expected;
};

std::vector<SimulatedBundle> bundles_of(const BlockCase& block, const SimulatedBlock& seen) {
    std::vector<SimulatedBundle> bundles;
    for (size_t i = 0; i < calls_per_transaction; ++i)
        for (const BlockTransaction& tx : block.input.transactions)
            bundles.push_back({.calls = {{*tx.tx, tx.sender}}, .block = &seen});
    return bundles;
}

/// Where two first differ; empty: nowhere.
std::string difference(const Calls& calls, const Simulation& simulation) {
    for (size_t i = 0; i < calls.expected.size(); ++i)
        if (simulation.bundles[i] != calls.expected[i]) return fmt::format("call {} differs from serial", i);
    return {};
}

ItemContestant contestant(const Calls& calls, const BlockCase& block, BackendKind backend,
                          const SimulatorSettings& settings, ItemContestant named) {
    auto simulator = std::make_shared<Simulator>(settings);
    named.once = [&calls, &block, backend, simulator]() -> Turn {
        Result<Simulation> simulation = fail(ErrorCode::internal);
        const Timing taken =
            time_of([&] { simulation = simulator->run(backend, calls.bundles, block.state); });
        if (!simulation) return tl::unexpected(to_string(simulation.error()));
        if (const std::string lost = simulator->device_lost_because(); !lost.empty())
            return tl::unexpected(lost);
        if (std::string wrong = difference(calls, *simulation); !wrong.empty())
            return tl::unexpected(std::move(wrong));
        return taken;
    };
    return named;
}

/// Alone, so that nothing but escalations is the CPU's, and racing with it.
void add_device(BenchSession& session, const Calls& calls, const BlockCase& block, const FoundDevice& found,
                unsigned threads, std::vector<ItemContestant>& to) {
    for (const bool alone : {true, false}) {
        ItemContestant named = device_contestant(found, threads);
        if (!alone) {
            named.backend += "+cpu";
            named.threads = threads;
        }
        auto opened = found.open();
        if (!opened) {
            named.error = to_string(opened.error());
            to.push_back(std::move(named));
            continue;
        }
        const SimulatorSettings settings{
            .threads = threads,
            .device = std::make_shared<DevicePrograms>(std::move(*opened), session.cache),
            .device_takes_all = alone};
        to.push_back(contestant(calls, block, BackendKind::device, settings, std::move(named)));
    }
}

void run_case(BenchSession& session, const BlockCase& block, std::span<const FoundDevice> devices,
              unsigned threads) {
    Calls calls{.block = {block.input.rules, block.input.environment}, .bundles = {}, .expected = {}};
    calls.bundles = bundles_of(block, calls.block);
    auto expected =
        Simulator({.threads = 1})
            .run(BackendKind::serial, calls.bundles, block.state, {.interpreter = Interpreter::plain});
    if (!expected) throw std::runtime_error(to_string(expected.error()));
    calls.expected = std::move(expected->bundles);
    std::vector<ItemContestant> contestants;
    contestants.push_back(
        contestant(calls, block, BackendKind::serial, {.threads = 1}, {.backend = "serial", .threads = 1}));
    contestants.push_back(contestant(calls, block, BackendKind::cpu, {.threads = threads},
                                     {.backend = "cpu", .threads = threads}));
    for (const FoundDevice& found : devices) add_device(session, calls, block, found, threads, contestants);
    bench_items(session, {"simulate", block.name, calls.bundles.size()}, std::move(contestants));
}

}  // namespace

void run_simulate_calls(BenchSession& session, std::string_view name) {
    const unsigned threads = threads_to_use(session);
    const auto devices = devices_to_compare(session, threads);
    for_each_generated(session, "swaps", name, [&](const BlockCase& block) {
        if (!interrupted()) run_case(session, block, devices, threads);
    });
}

}  // namespace warpevm::tools
