// SPDX-License-Identifier: Apache-2.0
// The command `simulate` in batches: read, execute, answer. A file is never held whole.
#pragma once

#include <set>
#include <string>

#include "host/simulate/simulator.hpp"
#include "tools/common/exit_code.hpp"
#include "tools/common/options.hpp"
#include "tools/simulate/options.hpp"

namespace warpevm::tools {

/// What was done, for the summary.
struct SimulateReport {
    std::string backend;
    uint64_t block_number = 0;
    std::string fork;
    uint64_t requests = 0;  ///< lines, bad ones too
    uint64_t bad_lines = 0;
    uint64_t calls = 0;
    uint64_t success = 0, reverted = 0, failed = 0, invalid = 0, no_answer = 0;
    uint64_t gas_used = 0;
    uint64_t assumed_absent = 0;
    std::set<uint64_t> assumed_block_hashes;
    CallRoutes routes;
    double seconds = 0;        ///< executing
    double total_seconds = 0;  ///< and reading, writing, verifying
    bool verified = false;
    uint64_t mismatches = 0;
    bool interrupted = false;
    ExitCode exit_code = ExitCode::ok;

    [[nodiscard]] double calls_per_second() const {
        return seconds > 0 ? static_cast<double>(calls) / seconds : 0;
    }
};

/// Throws UsageError where files can't be read or written; what is wrong with a line is its answer.
SimulateReport run_simulate(const CommonOptions& common, const SimulateOptions& options);

/// A few lines for a person, of which the last says it all.
std::string to_text(const SimulateReport& report, bool verbose);
std::string to_json(const SimulateReport& report);

}  // namespace warpevm::tools
