// SPDX-License-Identifier: Apache-2.0
// `bench`: named workloads. Every result is compared before any figure is printed.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <thread>

#include "tools/bench/workloads.hpp"
#include "tools/cli/commands.hpp"
#include "tools/cli/version.hpp"
#include "tools/common/devices.hpp"
#include "tools/common/exit_code.hpp"
#include "tools/common/machine.hpp"

namespace warpevm::tools {
namespace {

void list_workloads() {
    for (const Workload& workload : workloads()) fmt::print("{:<10} {}\n", workload.name, workload.what);
}

/// The counts asked for, in ascending order and each once; else as many as there are cores.
std::vector<unsigned> thread_counts(std::vector<unsigned> asked, unsigned cores) {
    if (asked.empty()) return {cores};
    std::sort(asked.begin(), asked.end());
    asked.erase(std::unique(asked.begin(), asked.end()), asked.end());
    return asked;
}

/// Serial, and the chosen executor with each count of threads where it takes any.
std::vector<Runner> start_runners(const CommonOptions& common, const std::vector<unsigned>& threads) {
    const Executor& chosen = select_executor(common);
    std::vector<Runner> runners{{"serial", 1, {}}};
    if (chosen.name == "serial") return runners;
    for (const unsigned count : chosen.threaded ? threads : std::vector<unsigned>{1})
        runners.push_back(
            {std::string(chosen.name), count, chosen.start(executor_settings(chosen, common, count))});
    return runners;
}

std::optional<Fork> fork_override(const std::string& name) {
    if (name.empty()) return std::nullopt;
    const auto fork = parse_fork(name);
    if (!fork)
        throw UsageError(
            fmt::format("--fork {}: expected a fork's name; `warpevm version` lists them", name));
    return fork;
}

}  // namespace

int command_bench(const CommonOptions& common, const BenchOptions& options) {
    if (options.list) {
        list_workloads();
        return static_cast<int>(ExitCode::ok);
    }
    if (options.calibrate && !options.workloads.empty())
        throw UsageError("bench --calibrate: it measures blocks of its own, so name no workload");
    const auto chosen = select_workloads(options.workloads);
    BenchReport report;
    report.commit = build_commit;
    report.processor = processor_name();
    report.cores = std::max(1U, std::thread::hardware_concurrency());
    report.rounds = options.repeat;
    const std::vector<unsigned> threads = thread_counts(options.threads, report.cores);
    const std::vector<Runner> runners = start_runners(common, threads);
    const auto cache = open_kernel_cache(common);
    const ChosenDevices devices = choose_devices(common);
    if (lacks_required_device(common, devices)) return static_cast<int>(ExitCode::failed);

    // The workload `evm` counts the CPU time of one thread, so more threads say nothing about it.
    const bool only_evm =
        std::ranges::all_of(chosen, [](const Workload* workload) { return workload->name == "evm"; });
    Calibration calibration(only_evm ? std::vector<unsigned>{1} : threads);
    // With JSON on standard output the table goes where it can't spoil it.
    std::FILE* const out = common.json == "-" ? stderr : stdout;
    const auto print = [&](const std::string& text) {
        if (common.quiet) return;
        fmt::print(out, "{}", text);
        std::fflush(out);
    };
    BenchSession session{.options = options,
                         .runners = runners,
                         .filter = compile_filter(common.filter),
                         .fork = fork_override(common.fork),
                         .quiet = common.quiet,
                         .devices = devices,
                         .cache = cache,
                         .print = print,
                         .calibration = calibration,
                         .report = report};
    if (options.calibrate)
        calibrate(session);
    else
        run_workloads(session, chosen);
    fmt::print(out, "{}", closing_lines(report));
    if (!common.json.empty()) write_text(common.json, to_json(report));
    if (!options.report.empty()) write_text(options.report, to_html(report));
    return static_cast<int>(report.failed() ? ExitCode::failed : ExitCode::ok);
}

}  // namespace warpevm::tools
