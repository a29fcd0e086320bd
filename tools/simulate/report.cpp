// SPDX-License-Identifier: Apache-2.0
// The summary of a simulation, as text and as JSON.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tools/simulate/simulate.hpp"

namespace warpevm::tools {

std::string to_text(const SimulateReport& r, bool verbose) {
    std::string text;
    if (verbose)
        for (const auto& [why, count] : r.routes.reasons)
            text += fmt::format("{:>9} not by a device: {}\n", count, why);
    if (r.assumed_absent != 0 || !r.assumed_block_hashes.empty())
        text += fmt::format(
            "{} reads and the hashes of {} blocks are not in the pre-state and were taken as absent\n",
            r.assumed_absent, r.assumed_block_hashes.size());
    if (r.verified)
        text += r.mismatches == 0 ? "all answers equal serial's\n"
                                  : fmt::format("{} answers differ from serial's\n", r.mismatches);
    if (r.interrupted) text += "interrupted: the answers are not all\n";
    return text + fmt::format(
                      "{} requests, {} calls: {} success, {} reverted, {} failed, {} invalid, {} "
                      "without an answer; {} bad lines; {:.0f} calls/s, {:.1f} Mgas/s on {} (device "
                      "{}, cpu {}, escalated {})\n",
                      r.requests, r.calls, r.success, r.reverted, r.failed, r.invalid, r.no_answer,
                      r.bad_lines, r.calls_per_second(),
                      r.seconds > 0 ? 1e-6 * static_cast<double>(r.gas_used) / r.seconds : 0, r.backend,
                      r.routes.device, r.routes.cpu, r.routes.escalated);
}

std::string to_json(const SimulateReport& r) {
    using nlohmann::ordered_json;
    ordered_json reasons = ordered_json::object();
    for (const auto& [why, count] : r.routes.reasons) reasons[why] = count;
    const ordered_json document{{"schema", 1},
                                {"backend", r.backend},
                                {"block", {{"number", r.block_number}, {"fork", r.fork}}},
                                {"requests", r.requests},
                                {"bad_lines", r.bad_lines},
                                {"calls", r.calls},
                                {"success", r.success},
                                {"reverted", r.reverted},
                                {"failed", r.failed},
                                {"invalid", r.invalid},
                                {"no_answer", r.no_answer},
                                {"gas_used", r.gas_used},
                                {"assumed_absent", r.assumed_absent},
                                {"assumed_block_hashes", r.assumed_block_hashes},
                                {"seconds", r.seconds},
                                {"total_seconds", r.total_seconds},
                                {"calls_per_second", r.calls_per_second()},
                                {"verified", r.verified},
                                {"mismatches", r.mismatches},
                                {"interrupted", r.interrupted},
                                {"routes",
                                 {{"device", r.routes.device},
                                  {"cpu", r.routes.cpu},
                                  {"escalated", r.routes.escalated},
                                  {"reasons", reasons}}}};
    return document.dump() + "\n";
}

}  // namespace warpevm::tools
