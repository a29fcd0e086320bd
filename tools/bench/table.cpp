// SPDX-License-Identifier: Apache-2.0
// What a person reads after `bench`, in 80 columns.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tools/bench/result.hpp"

namespace warpevm::tools {
namespace {

std::string figures(const BenchResult& r) {
    std::string line =
        fmt::format("{:>10.3f}{:>9.3f}{:>9.3f}{:>7.0f}{:>6}{:>9.2f}x", 1e3 * r.time.median, 1e3 * r.time.min,
                    1e3 * r.time.max, r.mgas_per_second(),
                    r.cores_busy ? fmt::format("{:.2f}", *r.cores_busy) : "-", r.vs_serial.median);
    // Serial against itself has no spread to tell.
    if (r.vs_serial.interval && r.backend != "serial")
        line += fmt::format(" {:.2f} to {:.2f}", r.vs_serial.interval->low, r.vs_serial.interval->high);
    return line;
}

/// In 80 columns too, for failures may be long.
std::string indented(const std::string& text) {
    constexpr size_t width = 74;
    std::string out;
    for (size_t at = 0; at < text.size(); at += width) out += "      " + text.substr(at, width) + "\n";
    return out;
}

/// A few of the names.
std::string listed(std::span<const std::string> names) {
    constexpr size_t most = 3;
    return fmt::format("{}{}", fmt::join(names.first(std::min(most, names.size())), ", "),
                       names.size() > most ? ", ..." : "");
}

std::string compared(const BenchSummary& s) {
    std::string out = fmt::format("    {:.2f} times serial (geometric mean; {:.2f} to {:.2f})\n", s.vs_serial,
                                  s.least, s.greatest);
    if (s.of_bound)
        out += fmt::format("    {:.2f} of what block and machine allow (geometric mean)\n", *s.of_bound);
    if (s.slower.empty()) return out + "    none slower than serial (by 3 % and 20 us)\n";
    return out + fmt::format("    {} slower than serial (by 3 % and 20 us): {}\n", s.slower.size(),
                             listed(s.slower));
}

}  // namespace

std::string table_head() {
    return fmt::format("{:<10}{:>4}{:>10}{:>9}{:>9}{:>7}{:>6}{:>10} {}\n", "backend", "thr", "median ms",
                       "least", "greatest", "Mgas/s", "cores", "vs serial", "95 %");
}

std::string to_table(std::span<const BenchResult> results) {
    if (results.empty()) return {};
    const BenchResult& first = results.front();
    const bool parallel = std::ranges::any_of(results, [](const BenchResult& r) { return r.threads > 1; });
    std::string out =
        fmt::format("{}: {} transactions, {:.1f} Mgas{}{}\n", first.title(), first.txs,
                    1e-6 * static_cast<double>(first.gas),
                    first.bound && parallel ? fmt::format(", bound {:.1f}x", *first.bound) : "",
                    first.partial ? fmt::format(" (stopped after {} rounds)", first.time.count) : "");
    for (const BenchResult& r : results) {
        out += fmt::format("  {:<8}{:>4}", r.backend, r.threads);
        out += r.error.empty() ? figures(r) + "\n" : "  FAILED\n" + indented(r.error);
    }
    return out;
}

std::string closing_lines(const BenchReport& report) {
    std::string out;
    for (const BenchSummary& s : report.summaries) {
        out += fmt::format("{}: {} of them, {} with {} thread{}: {:.0f} Mgas/s", s.what, s.cases, s.backend,
                           s.threads, s.threads == 1 ? "" : "s", s.mgas_per_second);
        out += '\n';
        if (s.backend != "serial") out += compared(s);
    }
    for (const Calibration::Point& p : report.calibration) {
        if (p.threads == 1) continue;
        out += fmt::format("calibration: {} independent threads did {:.2f} times the work of one", p.threads,
                           p.scaling.median);
        if (p.scaling.interval)
            out += fmt::format(" ({:.2f} to {:.2f})", p.scaling.interval->low, p.scaling.interval->high);
        out += '\n';
    }
    const auto failures =
        std::ranges::count_if(report.results, [](const BenchResult& r) { return !r.error.empty(); });
    if (failures != 0)
        out += fmt::format("{} of {} FAILED; they have no figures\n", failures, report.results.size());
    if (report.interrupted) out += "interrupted: these are partial results\n";
    return out;
}

std::string evm_table(std::span<const BenchResult> results) {
    std::string out = fmt::format("{:<38} {:>10} {:>10} {:>9} {:>9}\n", "evm", "median us", "least us",
                                  "Mgas/s", "vs plain");
    std::map<std::string, std::vector<double>> groups;
    for (const BenchResult& r : results) {
        if (!r.error.empty()) {
            out += fmt::format("{:<38} FAILED\n{}", r.name, indented(r.error));
            continue;
        }
        out += fmt::format("{:<38} {:>10.2f} {:>10.2f} {:>9.0f} {:>8.2f}x\n", r.name, 1e6 * r.time.median,
                           1e6 * r.time.min, r.mgas_per_second(), r.extra.at("vs_plain_loop"));
        groups[r.name.substr(0, r.name.find('/'))].push_back(r.time.median);
    }
    for (const auto& [group, seconds] : groups)
        out += fmt::format("geometric mean of {}: {:.2f} us over {} cases\n", group,
                           1e6 * geometric_mean(seconds), seconds.size());
    return out;
}

}  // namespace warpevm::tools
