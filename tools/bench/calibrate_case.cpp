// SPDX-License-Identifier: Apache-2.0
// `bench --calibrate`: what work costs on the cores and on devices, as `auto` learns it from any work,
// learned from generated blocks at once and kept for it.
#include <fmt/format.h>

#include <algorithm>

#include "bench/workload/scenario.hpp"
#include "evm/chain/context.hpp"
#include "host/engine/engine.hpp"
#include "tools/bench/device_case.hpp"
#include "tools/bench/stopwatch.hpp"
#include "tools/common/exit_code.hpp"
#include "tools/common/interrupt.hpp"

namespace warpevm::tools {
namespace {

/// Few, which tell what a batch costs, and enough to tell what each costs.
constexpr std::array<size_t, 2> sizes{256, 8192};
constexpr std::array<std::string_view, 3> kinds{"transfers", "erc20", "swaps"};

class Calibrating {
  public:
    Calibrating(BenchSession& session, std::string name, const EngineSettings& settings)
        : m_session(session), m_name(std::move(name)), m_engine(settings) {}

    void run(const BlockCase& block, const BlockOutcome& expected) {
        std::vector<double> cores, shared;
        // A device that is opened by its first use is waited for here, and only here.
        if (!execute(BackendKind::device, block, expected)) return;
        m_engine.wait_for_device();
        for (unsigned i = 0; i < m_session.options.repeat && !interrupted(); ++i) {
            Stopwatch watch;
            if (!execute(BackendKind::cpu, block, expected)) return;
            cores.push_back(watch.elapsed().seconds);
            watch = {};
            if (!execute(BackendKind::device, block, expected)) return;
            shared.push_back(watch.elapsed().seconds);
        }
        if (cores.empty()) return;
        BenchResult r = result();
        r.name += (r.name.empty() ? "" : " ") + block.workload;
        r.txs = r.items = block.input.transactions.size();
        r.gas = expected.gas_used;
        r.time = summarize(shared);
        r.extra = {{"vs_cores", speed_ratio(cores, shared).median}};
        m_session.report.results.push_back(r);
    }

    void finish() {
        if (!m_error.empty()) {
            BenchResult r = result();
            r.error = m_error;
            m_session.print(fmt::format("calibrate: {} FAILED: {}\n", m_name, m_error));
            m_session.report.results.push_back(r);
            return;
        }
        const CostModel costs = m_engine.costs();
        const DeviceCosts& d = costs.device;
        m_session.print(fmt::format(
            "calibrate: {}\n"
            "  the cores: {:.3f} us a transaction and {:.4f} ns a gas\n"
            "  the device: {:.3f} us and {:.4f} ns; {:.2f} ms a batch, {:.1f} ns a gas of its longest lane, "
            "{:.0f} ms "
            "to open\n"
            "  for each transaction there: {:.3f} us of its thread, {:.3f} us of the cores to merge it\n"
            "  {}\n",
            m_name, 1e6 * costs.cores.transaction, 1e9 * costs.cores.gas, 1e6 * d.transaction, 1e9 * d.gas,
            1e3 * d.batch, 1e9 * d.lane_gas, 1e3 * d.opening, 1e6 * d.packing, 1e6 * d.merging,
            verdict(costs)));
        if (!m_engine.close(60)) leave_at_once(static_cast<int>(ExitCode::ok));
    }

  private:
    bool execute(BackendKind backend, const BlockCase& block, const BlockOutcome& expected) {
        const auto got = m_engine.execute(backend, {&block.input, 1}, block.state, block.options);
        if (!got)
            m_error = to_string(got.error());
        else if (!(got->outcomes.front() == expected))
            m_error = "the outcome differs from serial's";
        else if (std::string lost = m_engine.device_lost_because(); !lost.empty())
            m_error = std::move(lost);
        return m_error.empty();
    }

    /// From how many token transfers on `auto` would use it.
    static std::string verdict(const CostModel& costs) {
        constexpr uint64_t gas = 60'000, most = uint64_t{1} << 24;
        RouteAnswer answer;
        for (uint64_t n = 1; n <= most; n *= 2) {
            answer = route({.work = {.transactions = n, .gas = n * gas, .longest = gas},
                            .device = DeviceState::ready,
                            .costs = costs});
            if (answer.to_device) return fmt::format("auto uses it for token transfers from {} on", n);
        }
        return fmt::format("auto prefers the cores: {}", text_of(answer.reasons.first()).sentence);
    }

    [[nodiscard]] BenchResult result() const {
        BenchResult r;
        r.workload = "calibrate";
        r.backend = "opencl";
        r.threads = threads_to_use(m_session);
        r.device = m_name;
        return r;
    }

    BenchSession& m_session;
    const std::string m_name;
    Engine m_engine;
    std::string m_error;
};

/// `auto` finds a device by itself, and keeps under another name what it knows of one that was named.
std::vector<std::unique_ptr<Calibrating>> start(BenchSession& session) {
    std::vector<std::unique_ptr<Calibrating>> all;
    const unsigned threads = threads_to_use(session);
    if (!session.devices.named) {
        const auto usable = devices_to_compare(session, threads);
        const auto first =
            std::ranges::find_if(usable, [](const FoundDevice& d) { return d.info.name != "native"; });
        if (first == usable.end()) return all;
        all.push_back(std::make_unique<Calibrating>(
            session, first->info.name,
            EngineSettings{.threads = threads,
                           .open_device = [cache = session.cache] { return open_best_device(cache); },
                           .cache = session.cache}));
        return all;
    }
    for (const FoundDevice& found : session.devices.usable) {
        auto opened = found.open();
        if (!opened) throw UsageError("bench --calibrate: " + to_string(opened.error()));
        all.push_back(std::make_unique<Calibrating>(
            session, found.info.name,
            EngineSettings{.threads = threads,
                           .devices = {std::make_shared<DevicePrograms>(std::move(*opened), session.cache)},
                           .cache = session.cache}));
    }
    return all;
}

}  // namespace

void calibrate(BenchSession& session) {
    const auto all = start(session);
    if (all.empty()) session.print("calibrate: there is no device, so auto is cpu\n");
    ExecutionOptions options;
    options.allow_missing_system_contracts = true;  // the states have none
    for (const workload::Scenario& scenario : workload::scenarios())
        for (const size_t size : sizes) {
            if (all.empty() || std::ranges::find(kinds, scenario.workload) == kinds.end() || interrupted())
                continue;
            const workload::PreparedBlock block =
                scenario.block({.transactions = size, .seed = session.options.seed});
            const BlockCase one{.workload = std::string(scenario.workload),
                                .name = std::string(scenario.name),
                                .seed = session.options.seed,
                                .input = block.input,
                                .state = block.state,
                                .options = options,
                                .check = {}};
            ExecutionContext context;
            const auto expected = execute_serial(context, {&block.input, 1}, block.state, options);
            if (!expected) throw UsageError("bench --calibrate: " + to_string(expected.error()));
            for (const auto& each : all) each->run(one, expected->front());
        }
    for (const auto& each : all) each->finish();
    session.calibration.finish();
    session.report.interrupted = interrupted();
}

}  // namespace warpevm::tools
