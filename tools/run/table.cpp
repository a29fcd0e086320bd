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

/// Fits beside the figures into 80 columns; what it is about stands beneath.
std::string result_word(const BlockReport& b) {
    if (b.ok) return b.checked.empty() ? "ok, unchecked" : "ok";
    if (b.error) return b.exit_code == ExitCode::bad_input ? "not read" : "invalid";
    return b.mismatches.empty() ? "failed" : "mismatch";
}

}  // namespace

std::string result_line(const BlockReport& b) {
    if (b.ok) return b.checked.empty() ? "ok (nothing to compare)" : "ok";
    if (b.error) return (b.exit_code == ExitCode::bad_input ? "not read: " : "invalid: ") + b.error->code;
    return b.mismatches.empty() ? "failed" : "mismatch: " + first_mismatch(b).field;
}

std::string to_table(const RunReport& report, bool verbose) {
    std::string out = fmt::format("{:>10} {:<17} {:>5} {:>11} {:>9} {:>6} {}\n", "block", "fork", "txs",
                                  "gas", "ms", "Mgas/s", "result");
    for (const BlockReport& b : report.blocks) {
        const std::string number = b.number ? std::to_string(*b.number) : "?";
        out += fmt::format("{:>10} {:<17} {:>5} {:>11} {:>9.3f} {:>6.0f} {}\n", number, b.fork, b.txs,
                           grouped(b.gas_used), b.ms(Phase::fallback), b.mgas_per_second(), result_word(b));
        out += to_details(b, verbose);
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
