// SPDX-License-Identifier: Apache-2.0
// `evm statetest` and `evm blocktest`: geth's report of what ran, for the tools that read it.
#include <fmt/format.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "evm/base/hex.hpp"
#include "tools/cli/commands.hpp"
#include "tools/common/exit_code.hpp"
#include "tools/fixtures/block_test.hpp"
#include "tools/fixtures/state_test.hpp"
#include "tools/fixtures/suite.hpp"

namespace warpevm::tools {
namespace {

std::string to_json(const std::vector<CaseResult>& cases) {
    auto report = nlohmann::ordered_json::array();
    for (const CaseResult& c : cases) {
        auto& entry = report.emplace_back();
        entry["name"] = c.name;
        entry["pass"] = c.error.empty();
        if (c.state_root) entry["stateRoot"] = to_hex(*c.state_root);
        entry["fork"] = c.fork;
        if (!c.error.empty()) entry["error"] = c.error;
    }
    return report.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
}

void print(const std::vector<CaseResult>& cases, bool human) {
    if (!human) {
        fmt::print("{}\n", to_json(cases));
    } else {
        size_t passed = 0;
        for (const CaseResult& c : cases) {
            passed += c.error.empty();
            if (c.error.empty())
                fmt::print("[PASS] {}\n", c.name);
            else
                fmt::print("[FAIL] {}, err={}, fork={}\n", c.name, c.error, c.fork);
        }
        fmt::print("--\n{} tests passed, {} tests failed.\n", passed, cases.size() - passed);
    }
    std::fflush(stdout);
}

/// Runs one file. What can't be read ends the program, as it ends geth's.
bool run_file(const std::filesystem::path& file, const FileRunner& runner, const SuiteOptions& options,
              Watch& watch, std::vector<CaseResult>& cases) {
    SuiteResult result = runner(file, options, watch);
    for (const CaseFailure& failure : result.failures) {
        if (!failure.name.empty()) continue;
        fmt::print(stderr, "unable to read test file {}: {}\n", failure.file, failure.reason);
        return false;
    }
    std::move(result.cases.begin(), result.cases.end(), std::back_inserter(cases));
    return true;
}

int run(const GethTestOptions& test, const FileRunner& runner, CaseLines* lines) {
    SuiteOptions options;
    options.backend = select_backend({.backend = "serial"});
    options.keep_cases = true;
    options.lines = lines;
    options.name_filter = compile_filter(test.run);
    options.only_fork = test.fork;
    if (test.index >= 0) options.only_place = static_cast<size_t>(test.index);
    options.trace = test.trace ? &std::cerr : nullptr;
    options.trace_style = {.stack = !test.no_stack,
                           .memory = !test.no_memory,
                           .return_data = !test.no_return_data,
                           .as_geth = true};
    Watch watch;
    std::vector<CaseResult> cases;
    if (!test.path.empty()) {
        for (const auto& file : fixture_files({test.path}))
            if (!run_file(file, runner, options, watch, cases)) return static_cast<int>(ExitCode::failed);
        print(cases, test.human);
        return static_cast<int>(ExitCode::ok);
    }
    for (std::string name; std::getline(std::cin, name) && !name.empty(); cases.clear()) {
        if (!run_file(name, runner, options, watch, cases)) return static_cast<int>(ExitCode::failed);
        print(cases, test.human);
    }
    return static_cast<int>(ExitCode::ok);
}

}  // namespace

int command_geth_statetest(const GethTestOptions& options) {
    CaseLines lines(std::cerr);
    return run(options, run_state_file, &lines);
}

int command_geth_blocktest(const GethTestOptions& options) {
    return run(options, run_block_file, nullptr);
}

}  // namespace warpevm::tools
