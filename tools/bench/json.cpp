// SPDX-License-Identifier: Apache-2.0
// The report as CLI.md has it, and what it leaves room for: cold times, intervals of medians, failures.
#include <nlohmann/json.hpp>

#include "tools/bench/result.hpp"
#include "tools/common/routes_json.hpp"

namespace warpevm::tools {
namespace {

using Json = nlohmann::ordered_json;

/// Null where there were too few rounds for one.
Json low(const Summary& s, double scale = 1) {
    return s.interval ? Json(scale * s.interval->low) : Json();
}
Json high(const Summary& s, double scale = 1) {
    return s.interval ? Json(scale * s.interval->high) : Json();
}

/// Null where it was not measured, or means nothing.
Json number(const std::optional<double>& value) {
    return value ? Json(*value) : Json();
}

/// What executes no blocks has no report of where they ran.
Json routes_of(const BenchResult& r) {
    if (r.routes.transactions() != 0) return routes_json(r.routes);
    return {{"device", 0}, {"cpu", r.txs}, {"escalated", 0}, {"reasons", Json::object()}};
}

Json result_json(const BenchResult& r, const BenchReport& report) {
    Json out{{"workload", r.workload},
             {"case", r.name},
             {"txs", r.txs},
             {"gas", r.gas},
             {"items", r.items},
             {"seed", r.seed},
             {"backend", r.backend},
             {"threads", r.threads},
             {"device", r.device.empty() ? Json() : Json(r.device)},
             {"median_ms", 1e3 * r.time.median},
             {"median_low_ms", low(r.time, 1e3)},
             {"median_high_ms", high(r.time, 1e3)},
             {"min_ms", 1e3 * r.time.min},
             {"max_ms", 1e3 * r.time.max},
             {"cold_ms", r.cold > 0 ? Json(1e3 * r.cold) : Json()},
             {"rounds", r.time.count},
             {"mgas_per_second", r.mgas_per_second()},
             {"items_per_second", r.items_per_second()},
             {"vs_serial", r.vs_serial.median},
             {"vs_serial_low", low(r.vs_serial)},
             {"vs_serial_high", high(r.vs_serial)},
             {"of_calibration", r.vs_serial.median / report.scaling(r.threads)},
             {"bound", number(r.bound)},
             {"of_bound", number(report.of_bound(r))},
             {"slower", r.slower},
             {"cores_busy", number(r.cores_busy)},
             {"equal_to_serial", true},
             {"partial", r.partial},
             {"routes", routes_of(r)},
             {"phases_ms", {{"fallback", 1e3 * r.time.median}}}};
    if (r.simulated) out["of_calibration"] = nullptr;
    for (const auto& [name, value] : r.extra) out[name] = value;
    return out;
}

Json calibration_json(const Calibration::Point& p) {
    return {{"threads", p.threads},
            {"scaling", p.scaling.median},
            {"low", low(p.scaling)},
            {"high", high(p.scaling)},
            {"rounds", p.scaling.count}};
}

}  // namespace

std::string to_json(const BenchReport& report) {
    Json calibrations = Json::array();
    for (const Calibration::Point& p : report.calibration) calibrations.push_back(calibration_json(p));
    Json document{{"schema", 1},
                  {"commit", report.commit},
                  {"machine", {{"cpu", report.processor}, {"cores", report.cores}}},
                  {"calibration", {{"threads", 1}, {"scaling", 1.0}}},
                  {"calibrations", calibrations},
                  {"interrupted", report.interrupted},
                  {"results", Json::array()},
                  {"summaries", Json::array()},
                  {"failures", Json::array()}};
    // The one that counts is that of the most threads.
    unsigned most = 1;
    for (const Calibration::Point& p : report.calibration) most = std::max(most, p.threads);
    document["calibration"] = {{"threads", most}, {"scaling", report.scaling(most)}};
    for (const BenchResult& r : report.results) {
        if (r.error.empty())
            document["results"].push_back(result_json(r, report));
        else
            document["failures"].push_back({{"workload", r.workload},
                                            {"case", r.name},
                                            {"backend", r.backend},
                                            {"threads", r.threads},
                                            {"reason", r.error}});
    }
    for (const BenchSummary& s : report.summaries)
        document["summaries"].push_back({{"workload", s.workload},
                                         {"what", s.what},
                                         {"backend", s.backend},
                                         {"threads", s.threads},
                                         {"cases", s.cases},
                                         {"vs_serial_geometric_mean", s.vs_serial},
                                         {"vs_serial_least", s.least},
                                         {"vs_serial_greatest", s.greatest},
                                         {"mgas_per_second", s.mgas_per_second},
                                         {"of_bound_geometric_mean", number(s.of_bound)},
                                         {"slower", s.slower.size()}});
    return document.dump(2) + "\n";
}

}  // namespace warpevm::tools
