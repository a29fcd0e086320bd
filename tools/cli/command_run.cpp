// SPDX-License-Identifier: Apache-2.0
// `run`: executes the blocks, several at once if asked to, and writes the table and the files.
#include <fmt/format.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "host/senders/device_recover.hpp"
#include "tools/cli/commands.hpp"
#include "tools/common/devices.hpp"
#include "tools/common/exit_code.hpp"
#include "tools/common/interrupt.hpp"
#include "tools/common/progress.hpp"
#include "tools/run/execute.hpp"
#include "tools/run/plan_text.hpp"

namespace warpevm::tools {
namespace {

/// A block whose number --filter matches, or whose number can't be read, so that its error is told.
bool selected(const std::filesystem::path& folder, const std::optional<std::regex>& filter) {
    if (!filter) return true;
    const auto block = read_block_file(folder);
    return !block || std::regex_search(std::to_string(*block->header.number), *filter);
}

RunReport run_blocks(const std::vector<std::filesystem::path>& folders, const RunPlan& plan,
                     const CommonOptions& common) {
    RunReport report;
    report.backend = plan.backend.name;
    report.start = std::chrono::steady_clock::now();
    if (plan.options.window) {
        ExecutionContext context;
        report.blocks = run_windows(folders, plan, context);
        report.seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - report.start).count();
        return report;
    }
    std::vector<std::optional<BlockReport>> results(folders.size());
    std::atomic<size_t> next{0};
    std::mutex lock;
    std::exception_ptr problem;
    Progress progress("run", folders.size(), common.quiet);
    size_t done = 0;
    const auto work = [&](unsigned thread) {
        ExecutionContext context;
        for (size_t i = next++; i < folders.size() && !interrupted(); i = next++) {
            try {
                results[i] = run_block(folders[i], plan, context, thread);
            } catch (...) {
                const std::lock_guard held(lock);
                problem = std::current_exception();
                next = folders.size();
                return;
            }
            const std::lock_guard held(lock);
            progress.advance(++done, folders[i].filename().string());
        }
    };
    std::vector<std::thread> threads;
    for (unsigned i = 1; i < std::min<size_t>(std::max(1U, common.jobs), folders.size()); ++i)
        threads.emplace_back(work, i);
    work(0);
    for (std::thread& thread : threads) thread.join();
    if (problem) std::rethrow_exception(problem);
    for (auto& result : results) {
        if (result)
            report.blocks.push_back(std::move(*result));
        else
            report.interrupted = true;
    }
    report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - report.start).count();
    return report;
}

/// On all cores; on devices where they are named or required, else where a batch is worth looking for one.
std::shared_ptr<SenderRecovery> start_recovery(const CommonOptions& common, const ChosenDevices& devices,
                                               const std::shared_ptr<ProgramCache>& cache) {
    SenderOptions options{.threads = common.threads, .cache = cache};
    if (devices.named || common.require_device) {
        options.use = devices.usable.empty() ? DeviceUse::never : DeviceUse::when_faster;
        for (const FoundDevice& device : devices.usable)
            options.devices.push_back(recover_source(device, cache));
    } else {
        options.find = [cache] { return find_recover_sources(cache); };
    }
    return std::make_shared<SenderRecovery>(std::move(options));
}

void explain(const RunReport& report) {
    for (const BlockReport& b : report.blocks) {
        fmt::print("block {}: {} transactions\n", b.number ? std::to_string(*b.number) : b.path, b.txs);
        if (b.routes) {
            for (size_t i = 0; i < route_texts.size(); ++i)
                if (const uint64_t count = (*b.routes)[static_cast<Route>(i)]; count != 0)
                    fmt::print("    {:>5} {:<15} {}\n", count, route_texts[i].name, route_texts[i].sentence);
            for (const auto& [why, count] : b.routes->given_back)
                fmt::print("    {:>5} left the device: {}\n", count, why);
            for (const auto& [why, count] : b.routes->not_lent)
                fmt::print("    {:>5} never went to a device: {}\n", count, why);
            if (b.launches != 0) fmt::print("    {:g} launches of kernels\n", b.launches);
            if (b.routes->repeated() + b.routes->again != 0)
                fmt::print("    {:.2f} executions each; in their turn {} gas in vain\n",
                           b.routes->executions_per_transaction(), b.routes->repeated_gas);
            if (b.routes->back_offs != 0)
                fmt::print("    the commit loop backed off {} times\n", b.routes->back_offs);
        }
        if (b.plan) fmt::print("{}", to_text(*b.plan));
        if (!b.parallelism) continue;
        const BlockParallelism& p = *b.parallelism;
        fmt::print("    {} depend on no other, the longest chain has {}\n", p.independent, p.longest_chain);
        fmt::print("    critical path {} of {} gas, {:.3f} of {:.3f} ms\n", p.critical_path_gas, p.gas,
                   1e3 * p.critical_path_seconds, 1e3 * p.seconds);
        fmt::print("    so at best {:.2f} times serial by gas, {:.2f} by time\n", p.bound(),
                   p.bound_by_time());
    }
}

}  // namespace

int command_run(const CommonOptions& common, const RunOptions& options) {
    RunPlan plan{options, select_backend(common), read_rules_source(options.chain, common.fork), {}};
    const auto filter = compile_filter(common.filter);
    const auto cache = open_kernel_cache(common);
    const ChosenDevices devices = choose_devices(common);
    if (lacks_required_device(common, devices)) return static_cast<int>(ExitCode::failed);
    if (devices.named) warn_of_refused(devices);  // else the backend has said it
    std::vector<std::filesystem::path> folders;
    for (const auto& folder : block_folders(options.paths))
        if (selected(folder, filter)) folders.push_back(folder);
    if (!options.evm_trace.empty() && folders.size() != 1)
        throw UsageError(fmt::format("--evm-trace: expected one block, got {}", folders.size()));
    if (options.window && !options.evm_trace.empty())
        throw UsageError("--window: --evm-trace is about one block by itself");

    plan.senders = start_recovery(common, devices, cache);
    RunReport report = run_blocks(folders, plan, common);
    for (const FoundDevice& device : devices.usable) report.devices.push_back(device.info);

    const bool json_out = common.json == "-";
    const std::string table = to_table(report, common.verbose);
    // The last line says it all; with JSON on standard output the table goes where it can't spoil it.
    const size_t last_line = table.rfind('\n', table.size() - 2) + 1;
    fmt::print(json_out ? stderr : stdout, "{}", common.quiet ? table.substr(last_line) : table);
    if (options.explain && !json_out) explain(report);
    if (!common.json.empty()) write_text(common.json, to_json(report));
    if (!options.report.empty()) write_text(options.report, to_html(report));
    if (!options.trace.empty()) write_text(options.trace, to_chrome_trace(report));
    // No block waits for a program build, and neither does the end of the run.
    constexpr double patience = 0.5;
    Engine* const engine = plan.backend.execute.engine();
    const bool all_ended = engine == nullptr || engine->close(patience);
    if (!plan.senders->close(patience) || !all_ended) leave_at_once(static_cast<int>(report.exit_code()));
    return static_cast<int>(report.exit_code());
}

}  // namespace warpevm::tools
