// SPDX-License-Identifier: Apache-2.0
// The command line as values. CLI.md is the contract.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/bench/options.hpp"
#include "tools/common/options.hpp"
#include "tools/run/options.hpp"
#include "tools/t8n/options.hpp"

namespace warpevm::tools {

enum class Command : uint8_t { run, statetest, blocktest, t8n, devices, bench, version };

struct TestOptions {
    std::vector<std::string> paths;
    bool trace = false;
};

struct DevicesOptions {
    bool self_test = false;
};

struct Arguments {
    Command command{};
    CommonOptions common;
    RunOptions run;
    TestOptions test;
    T8nOptions t8n;
    DevicesOptions devices;
    BenchOptions bench;
};

/// Parses the command line. Nothing: the program ends with `exit_code` (help was printed, or what is wrong).
std::optional<Arguments> parse_arguments(int argc, const char* const* argv, int& exit_code);

}  // namespace warpevm::tools
