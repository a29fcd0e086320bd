// SPDX-License-Identifier: Apache-2.0
// `statetest` and `blocktest`: runs the files, lists what failed and was skipped, and ends with the line of
// counts.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <map>
#include <thread>

#include "evm/chain/chain_config.hpp"
#include "tools/cli/commands.hpp"
#include "tools/common/devices.hpp"
#include "tools/common/exit_code.hpp"
#include "tools/fixtures/block_test.hpp"
#include "tools/fixtures/state_test.hpp"
#include "tools/fixtures/suite.hpp"

namespace warpevm::tools {
namespace {

void print_failures(const SuiteResult& result) {
    for (const CaseFailure& f : result.failures) {
        if (f.name.empty())
            fmt::print(stderr, "FAILED {}: {}\n", f.file, f.reason);
        else
            fmt::print(stderr, "FAILED {}::{}::{}::{}: {}\n", f.file, f.name, f.fork, f.index, f.reason);
    }
}

/// Every skip by name where asked for; else how many for each reason, for a long list would hide the
/// failures.
void print_skips(const SuiteResult& result, bool verbose) {
    std::map<std::string, size_t> reasons;
    for (const CaseSkip& s : result.skips) {
        ++reasons[s.reason];
        if (verbose) fmt::print(stderr, "skipped {}: {}\n", s.name, s.reason);
    }
    for (const auto& [reason, count] : reasons) fmt::print(stderr, "{} skipped: {}\n", count, reason);
}

/// A fuzzer gives one file and reads a line for each case; over trees they would only be in the way.
bool wants_lines(const CommonOptions& common, const TestOptions& test) {
    if (test.trace || test.trace_summary) return true;
    return !common.quiet && std::ranges::none_of(test.paths, [](const std::string& path) {
        std::error_code ignored;
        return std::filesystem::is_directory(path, ignored);
    });
}

int run(const CommonOptions& common, const TestOptions& test, const FileRunner& runner,
        const std::string& what) {
    SuiteOptions options;
    options.backend = select_backend(common);
    options.filter = compile_filter(common.filter);
    options.fork = common.fork;
    options.trace = test.trace ? &std::cerr : nullptr;
    CaseLines lines(std::cerr);
    if (what == "statetest" && wants_lines(common, test)) options.lines = &lines;
    options.jobs = common.jobs != 0 ? common.jobs : std::max(1U, std::thread::hardware_concurrency());
    options.quiet = common.quiet;
    const ChosenDevices devices = choose_devices(common);
    if (lacks_required_device(common, devices)) return static_cast<int>(ExitCode::failed);

    const auto start = std::chrono::steady_clock::now();
    const SuiteResult result = run_suite(fixture_files(test.paths), runner, options, what);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();

    print_failures(result);
    if (!common.quiet) print_skips(result, common.verbose);
    if (!common.json.empty()) write_text(common.json, to_json(result, options.backend.name, seconds));
    if (result.other != 0 && !common.quiet) fmt::print(stderr, "{} files of another kind\n", result.other);
    if (result.interrupted) fmt::print(stderr, "interrupted: these are partial results\n");
    // With JSON on standard output the line goes where it can't spoil it.
    fmt::print(common.json == "-" ? stderr : stdout, "{} passed, {} failed, {} skipped\n", result.passed,
               result.failed, result.skipped);
    return static_cast<int>(result.exit_code);
}

/// A fork override must be a known name before any case is run.
void check_state_fork(const std::string& fork) {
    if (!fork.empty() && !parse_fork(fork))
        throw UsageError(
            fmt::format("--fork {}: expected a fork's name; `warpevm version` lists them", fork));
}

void check_network(const std::string& network) {
    if (network.empty()) return;
    if (const auto known = network_config(network); !known)
        throw UsageError(fmt::format("--fork {}: expected the name of a fork or a network", network));
}

}  // namespace

int command_statetest(const CommonOptions& common, const TestOptions& options) {
    check_state_fork(common.fork);
    return run(common, options, run_state_file, "statetest");
}

int command_blocktest(const CommonOptions& common, const TestOptions& options) {
    check_network(common.fork);
    return run(common, options, run_block_file, "blocktest");
}

}  // namespace warpevm::tools
