// SPDX-License-Identifier: Apache-2.0
// `bench`: named workloads. Every result is compared before any figure is printed.
#include <fmt/format.h>

#include <cmath>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <thread>

#include "tools/bench/block_workloads.hpp"
#include "tools/bench/evm_cases.hpp"
#include "tools/cli/commands.hpp"
#include "tools/cli/version.hpp"
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

nlohmann::ordered_json to_json(const BlockBench& b, const BenchOptions& options) {
    return {{"workload", b.workload},
            {"case", b.name},
            {"txs", b.txs},
            {"gas", b.gas},
            {"items", b.txs},
            {"seed", options.seed},
            {"backend", "cpu"},
            {"threads", b.threads},
            {"device", nullptr},
            {"median_ms", 1e3 * b.parallel.median},
            {"min_ms", 1e3 * b.parallel.min},
            {"max_ms", 1e3 * b.parallel.max},
            {"serial_median_ms", 1e3 * b.serial.median},
            {"mgas_per_second", 1e-6 * static_cast<double>(b.gas) / b.parallel.median},
            {"items_per_second", static_cast<double>(b.txs) / b.parallel.median},
            {"vs_serial", b.ratio},
            {"vs_serial_low", b.ratio_low},
            {"vs_serial_high", b.ratio_high},
            {"bound_by_gas", b.bound},
            {"cores_busy", b.cores_busy},
            {"equal_to_serial", true},
            {"executions", {{"speculated", b.speculated}, {"in_turn", b.direct}, {"repeated", b.repeated}}},
            {"routes", {{"device", 0}, {"cpu", b.txs}, {"escalated", 0}, {"reasons", nlohmann::json::object()}}},
            {"phases_ms", {{"fallback", 1e3 * b.parallel.median}}}};
}

/// Of each block: times, the ratio with its interval, and how near it comes to what could be had.
void print_blocks(const std::vector<BlockBench>& benches, double calibration) {
    fmt::print("{:<18} {:>6} {:>10} {:>10} {:>22} {:>6} {:>6} {:>6} {:>20}\n", "workload", "txs", "serial ms",
               "cpu ms", "vs serial", "bound", "share", "cores", "spec/turn/repeat");
    double logs = 0;
    int counted = 0;
    for (const BlockBench& b : benches) {
        const std::string name = b.name.empty() ? b.workload : b.name;
        if (!b.error.empty()) {
            fmt::print("{:<18} FAILED: {}\n", name, b.error);
            continue;
        }
        const double attainable = std::min(calibration, b.bound);
        fmt::print("{:<18} {:>6} {:>10.3f} {:>10.3f} {:>7.3f} ({:.3f}..{:.3f}) {:>6.2f} {:>6.2f} {:>6.2f} {:>20}\n",
                   name, b.txs, 1e3 * b.serial.median, 1e3 * b.parallel.median, b.ratio, b.ratio_low,
                   b.ratio_high, b.bound, b.ratio / attainable, b.cores_busy,
                   fmt::format("{}/{}/{}", b.speculated, b.direct, b.repeated));
        if (b.gas < 4'000'000) continue;
        logs += std::log(b.ratio / attainable);
        ++counted;
    }
    if (counted > 1)
        fmt::print("geometric mean of the share of min(calibration {:.2f}, bound), {} blocks of 4 Mgas and more: {:.3f}\n",
                   calibration, counted, std::exp(logs / counted));
    else
        fmt::print("calibration {:.2f}\n", calibration);
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
            "DIR)\n"
            "transfers, erc20, swaps, mints, mixed, chain   generated blocks of --txs, backend cpu against serial\n"
            "blocks   real blocks (--blocks DIR), likewise\n");
        return static_cast<int>(ExitCode::ok);
    }
    const bool interpreter = options.workloads.empty() ||
                             std::find(options.workloads.begin(), options.workloads.end(), "evm") !=
                                 options.workloads.end();
    for (const std::string& workload : options.workloads)
        if (workload != "evm" && !is_block_workload(workload))
            throw UsageError(fmt::format(
                "bench {}: no workload of this name is built in; `warpevm bench --list` names them",
                workload));
    select_backend(common);  // the interpreter cases run serially, whatever backend there is
    if (lacks_required_device(common)) return static_cast<int>(ExitCode::failed);
    std::vector<EvmCaseResult> results;
    if (interpreter) results = bench_evm(options);
    bool failed = false;
    nlohmann::ordered_json document{{"schema", 1},
                                    {"commit", build_commit},
                                    {"machine", {{"cpu", processor()}}},
                                    {"results", nlohmann::json::array()}};
    for (const EvmCaseResult& r : results) {
        failed = failed || !r.error.empty();
        if (r.error.empty()) document["results"].push_back(to_json(r, "serial"));
    }
    if (common.json != "-" && interpreter) print_table(results);
    const unsigned threads =
        common.threads != 0 ? common.threads : std::max(1U, std::thread::hardware_concurrency());
    const double scaling = calibrate(threads);
    document["calibration"] = {{"threads", threads}, {"scaling", scaling}};
    for (const std::string& workload : options.workloads) {
        if (workload == "evm") continue;
        const std::vector<BlockBench> benches = bench_blocks(workload, options, threads);
        if (common.json != "-") print_blocks(benches, scaling);
        for (const BlockBench& b : benches) {
            failed = failed || !b.error.empty();
            if (b.error.empty()) document["results"].push_back(to_json(b, options));
        }
    }
    if (!common.json.empty()) write_text(common.json, document.dump(2) + "\n");
    return static_cast<int>(failed ? ExitCode::failed : ExitCode::ok);
}

}  // namespace warpevm::tools
