// SPDX-License-Identifier: Apache-2.0
// `bench`: named workloads. Every result is compared before any figure is printed.
#include <fmt/format.h>

#include <cmath>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "tools/bench/evm_cases.hpp"
#include "tools/cli/commands.hpp"
#include "tools/cli/version.hpp"
#include "tools/common/devices.hpp"
#include "tools/common/exit_code.hpp"

namespace warpevm::tools {
namespace {

std::string processor() {
    std::ifstream info("/proc/cpuinfo");
    for (std::string line; std::getline(info, line);)
        if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
    return "unknown";
}

nlohmann::ordered_json to_json(const EvmCaseResult& r, const std::string& backend) {
    return {{"workload", "evm"},
            {"case", r.name},
            {"txs", 1},
            {"gas", r.gas},
            {"items", 1},
            {"seed", 0},
            {"backend", backend},
            {"threads", 1},
            {"device", nullptr},
            {"median_ms", 1e3 * r.fast.median},
            {"min_ms", 1e3 * r.fast.min},
            {"max_ms", 1e3 * r.fast.max},
            {"mgas_per_second", 1e-6 * static_cast<double>(r.gas) / r.fast.median},
            {"items_per_second", 1 / r.fast.median},
            {"vs_serial", 1.0},
            {"vs_serial_low", 1.0},
            {"vs_serial_high", 1.0},
            {"vs_plain_loop", r.plain.median / r.fast.median},
            {"equal_to_serial", true},
            {"routes", {{"device", 0}, {"cpu", 1}, {"escalated", 0}, {"reasons", nlohmann::json::object()}}},
            {"phases_ms", {{"fallback", 1e3 * r.fast.median}}}};
}

void print_table(const std::vector<EvmCaseResult>& results) {
    fmt::print("{:<38} {:>10} {:>10} {:>9} {:>8}\n", "case", "median us", "least us", "Mgas/s", "vs plain");
    std::map<std::string, std::pair<double, int>> logs;
    for (const EvmCaseResult& r : results) {
        if (!r.error.empty()) {
            fmt::print("{:<38} FAILED: {}\n", r.name, r.error);
            continue;
        }
        fmt::print("{:<38} {:>10.2f} {:>10.2f} {:>9.0f} {:>7.2f}x\n", r.name, 1e6 * r.fast.median,
                   1e6 * r.fast.min, 1e-6 * static_cast<double>(r.gas) / r.fast.median,
                   r.plain.median / r.fast.median);
        auto& [sum, count] = logs[r.name.substr(0, r.name.find('/'))];
        sum += std::log(r.fast.median);
        ++count;
    }
    for (const auto& [group, log] : logs)
        fmt::print("geometric mean of {}: {:.2f} us over {} cases\n", group,
                   1e6 * std::exp(log.first / log.second), log.second);
}

}  // namespace

int command_bench(const CommonOptions& common, const BenchOptions& options) {
    if (options.list) {
        fmt::print(
            "evm      the interpreter alone: one call frame per case of the interpreter suite (--cases "
            "DIR)\n");
        return static_cast<int>(ExitCode::ok);
    }
    for (const std::string& workload : options.workloads)
        if (workload != "evm")
            throw UsageError(fmt::format(
                "bench {}: no workload of this name is built in; `warpevm bench --list` names them",
                workload));
    const Backend backend = select_backend(common);
    const ChosenDevices devices = choose_devices(common);
    if (lacks_required_device(common, devices)) return static_cast<int>(ExitCode::failed);
    const std::vector<EvmCaseResult> results = bench_evm(options);
    bool failed = false;
    nlohmann::ordered_json document{{"schema", 1},
                                    {"commit", build_commit},
                                    {"machine", {{"cpu", processor()}}},
                                    {"calibration", {{"threads", 1}, {"scaling", 1.0}}},
                                    {"results", nlohmann::json::array()}};
    for (const EvmCaseResult& r : results) {
        failed = failed || !r.error.empty();
        if (r.error.empty()) document["results"].push_back(to_json(r, backend.name));
    }
    if (common.json != "-") print_table(results);
    if (!common.json.empty()) write_text(common.json, document.dump(2) + "\n");
    return static_cast<int>(failed ? ExitCode::failed : ExitCode::ok);
}

}  // namespace warpevm::tools
