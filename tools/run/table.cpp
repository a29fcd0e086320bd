// SPDX-License-Identifier: Apache-2.0
// The table that a person reads after `run`.
#include <fmt/format.h>

#include "tools/run/report.hpp"

namespace warpevm::tools {
namespace {

/// Thousands apart: 3,365,857.
std::string grouped(uint64_t number) {
    const std::string digits = std::to_string(number);
    std::string out;
    for (size_t i = 0; i < digits.size(); ++i) {
        if (i != 0 && (digits.size() - i) % 3 == 0) out += ',';
        out += digits[i];
    }
    return out;
}

std::string in_transaction(const std::optional<size_t>& tx) {
    return tx ? fmt::format(" (transaction {})", *tx) : "";
}

std::string details(const BlockReport& b, bool verbose) {
    std::string out;
    if (!b.ok && b.assumed_absent != 0) {
        out += fmt::format("    assumed absent: {} reads, first", b.assumed_absent);
        for (const std::string& read : b.assumed) out += " " + read;
        out += '\n';
    }
    if (b.error)
        out += fmt::format("    {}{}: {}\n", b.error->code, in_transaction(b.error->tx), b.error->message);
    for (const Mismatch& m : b.mismatches)
        out +=
            fmt::format("    {}{}: expected {}, got {}\n", m.field, in_transaction(m.tx), m.expected, m.got);
    if (!verbose) return out;
    if (b.senders.device != 0)
        out += fmt::format("    senders: {} on {}\n", b.senders.device, b.senders.device_name);
    if (b.senders.cpu != 0) out += fmt::format("    senders: {} on the CPU", b.senders.cpu);
    for (const auto& [reason, count] : b.senders.reasons) out += fmt::format(", {} {}", count, reason);
    if (!b.senders.why.empty()) out += fmt::format(" ({})", b.senders.why);
    if (b.senders.cpu != 0) out += '\n';
    for (const std::string& c : b.checked) out += fmt::format("    checked {}\n", c);
    for (const Unchecked& u : b.unchecked) out += fmt::format("    unchecked {}: {}\n", u.field, u.why);
    return out;
}

}  // namespace

std::string result_line(const BlockReport& b) {
    if (b.ok) return b.checked.empty() ? "ok (nothing to compare)" : "ok";
    if (b.error) return (b.exit_code == ExitCode::bad_input ? "not read: " : "invalid: ") + b.error->code;
    return b.mismatches.empty() ? "failed" : "mismatch: " + b.mismatches.front().field;
}

std::string to_table(const RunReport& report, bool verbose) {
    std::string out = fmt::format("{:>12}  {:<17} {:>5} {:>14} {:>10} {:>9}  {}\n", "block", "fork", "txs",
                                  "gas", "ms", "Mgas/s", "result");
    for (const BlockReport& b : report.blocks) {
        const std::string number = b.number ? std::to_string(*b.number) : "?";
        out += fmt::format("{:>12}  {:<17} {:>5} {:>14} {:>10.3f} {:>9.0f}  {}\n", number, b.fork, b.txs,
                           grouped(b.gas_used), b.ms(Phase::fallback), b.mgas_per_second(), result_line(b));
        out += details(b, verbose);
    }
    out += fmt::format(
        "{} blocks, {} ok, {} failed; {} transactions, {} gas in {:.3f} s of execution: {:.0f} Mgas/s "
        "(backend {})\n",
        report.blocks.size(), report.ok(), report.blocks.size() - report.ok(), report.transactions(),
        grouped(report.gas_used()), report.execution_seconds(), report.mgas_per_second(), report.backend);
    if (report.interrupted) out += "interrupted: these are partial results\n";
    return out;
}

}  // namespace warpevm::tools
