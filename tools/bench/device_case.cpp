// SPDX-License-Identifier: Apache-2.0
#include "tools/bench/device_case.hpp"

#include <fmt/format.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <thread>

#include "tools/common/progress.hpp"

namespace warpevm::tools {
namespace {

std::string item_table(const ItemCase& which, std::span<const BenchResult> results) {
    std::string out = fmt::format("{}/{}: {} items\n  {:<8}{:>4}{:>11}{:>9}{:>11}{:>9}{:>10} {}\n",
                                  which.workload, which.name, which.items, "backend", "thr", "median ms",
                                  "M/s", "kernel M/s", "cold ms", "vs serial", "95 %");
    for (const BenchResult& r : results) {
        const std::string label =
            r.device.empty() ? r.backend : r.backend + " (" + r.device.substr(0, 40) + ")";
        if (!r.error.empty()) {
            out += fmt::format("  {} FAILED: {}\n", label, r.error);
            continue;
        }
        const auto kernel = r.extra.find("kernel_items_per_second");
        out += fmt::format("  {:<8}{:>4}{:>11.3f}{:>9.4f}{:>11}{:>9}{:>9.2f}x", r.backend, r.threads,
                           1e3 * r.time.median, 1e-6 * r.items_per_second(),
                           kernel == r.extra.end() ? "-" : fmt::format("{:.4f}", 1e-6 * kernel->second),
                           r.cold == 0 ? "-" : fmt::format("{:.1f}", 1e3 * r.cold), r.vs_serial.median);
        if (r.vs_serial.interval && r.backend != "serial")
            out += fmt::format(" {:.2f} to {:.2f}", r.vs_serial.interval->low, r.vs_serial.interval->high);
        out += r.device.empty() ? "\n" : fmt::format("\n    on {}\n", r.device);
    }
    return out;
}

/// The figures of the kernels alone, transfers and packing left out.
void add_kernel_figures(BenchResult& result, const std::vector<double>& kernel,
                        std::span<const double> serial) {
    if (kernel.empty() || kernel.size() != serial.size()) return;
    const Summary time = summarize(kernel), ratio = speed_ratio(serial, kernel);
    if (time.median <= 0) return;
    result.extra["kernel_ms"] = 1e3 * time.median;
    result.extra["kernel_items_per_second"] = static_cast<double>(result.items) / time.median;
    result.extra["kernel_vs_serial"] = ratio.median;
    if (!ratio.interval) return;
    result.extra["kernel_vs_serial_low"] = ratio.interval->low;
    result.extra["kernel_vs_serial_high"] = ratio.interval->high;
}

}  // namespace

unsigned threads_to_use(const BenchSession& session) {
    const auto& given = session.options.threads;
    return given.empty() ? std::max(1U, std::thread::hardware_concurrency()) : given.back();
}

ItemContestant device_contestant(const FoundDevice& device, unsigned threads) {
    return {.backend = device.info.name == "native" ? "native" : "opencl",
            .device = device.info.name,
            .threads = device.info.uses_host_cores ? threads : 1};
}

Threads::Threads(unsigned threads) : m_arena(std::make_shared<tbb::task_arena>(static_cast<int>(threads))) {}

void Threads::over(size_t count, size_t grain, const std::function<void(size_t, size_t)>& work) {
    m_arena->execute([&] {
        tbb::parallel_for(tbb::blocked_range<size_t>(0, count, grain),
                          [&](const auto& range) { work(range.begin(), range.end()); });
    });
}

std::vector<FoundDevice> devices_to_compare(const BenchSession& session, unsigned threads) {
    if (session.devices.named) return session.devices.usable;
    std::vector<FoundDevice> all{native_device(threads)};
    for (const FoundDevice& device : find_devices().found)
        if (device.info.refused.empty()) all.push_back(device);
    return all;
}

void bench_items(BenchSession& session, const ItemCase& which, std::vector<ItemContestant> contestants) {
    std::vector<std::vector<double>> kernel(contestants.size());
    std::vector<Contestant> runs;
    for (size_t i = 0; i < contestants.size(); ++i) {
        ItemContestant& c = contestants[i];
        // The first run warms up and is compared like the others, before anything is timed.
        if (c.error.empty())
            if (const auto first = c.once(); !first) c.error = first.error();
        runs.push_back([&c, &times = kernel[i]]() -> Turn {
            if (!c.error.empty()) return tl::unexpected(c.error);
            Turn turn = c.once();
            if (turn && c.kernel_seconds) times.push_back(c.kernel_seconds());
            return turn;
        });
    }
    Race raced;
    {
        Progress progress(which.workload + "/" + which.name, session.options.repeat, session.quiet);
        size_t done = 0;
        raced = race(runs, session.options.repeat, [&] {
            progress.advance(++done, "rounds");
            session.calibration.advance();
        });
    }
    std::vector<BenchResult> results;
    const Measured& serial = raced.contestants.front();
    for (size_t i = 0; i < contestants.size(); ++i) {
        const Measured& m = raced.contestants[i];
        BenchResult& r = results.emplace_back();
        r.workload = which.workload;
        r.name = which.name;
        r.items = which.items;
        r.seed = session.options.seed;
        r.backend = contestants[i].backend;
        r.device = contestants[i].device;
        r.threads = contestants[i].threads;
        r.error = m.error;
        r.partial = raced.interrupted;
        if (!m.error.empty() || m.seconds.empty() || serial.seconds.size() != m.seconds.size()) continue;
        set_figures(r, m, serial);
        r.cold = contestants[i].cold.seconds;
        kernel[i].resize(std::min(kernel[i].size(), m.seconds.size()));
        add_kernel_figures(r, kernel[i], serial.seconds);
    }
    std::erase_if(results, [](const BenchResult& r) { return r.error.empty() && r.time.count == 0; });
    if (results.empty()) return;
    session.print(item_table(which, results));
    std::ranges::move(results, std::back_inserter(session.report.results));
}

}  // namespace warpevm::tools
