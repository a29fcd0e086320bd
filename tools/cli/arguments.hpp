// SPDX-License-Identifier: Apache-2.0
// The command line as values. CLI.md is the contract.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/bench/options.hpp"
#include "tools/common/options.hpp"
#include "tools/run/options.hpp"
#include "tools/simulate/options.hpp"
#include "tools/t8n/options.hpp"

namespace warpevm::tools {

enum class Command : uint8_t {
    run,
    statetest,
    blocktest,
    t8n,
    devices,
    bench,
    simulate,
    lower,
    version,
    geth_statetest,
    geth_blocktest
};

struct TestOptions {
    std::vector<std::string> paths;
    bool trace = false;
    bool trace_summary = false;
};

/// `evm statetest` and `evm blocktest`.
struct GethTestOptions {
    std::string path;  ///< empty: names of files on standard input
    std::string run = ".*";
    std::string fork;
    int index = -1;  ///< a case's place in its test; negative: all
    bool human = false;
    bool trace = false;
    std::string trace_format = "json";
    bool no_memory = true;
    bool no_stack = false;
    bool no_return_data = true;
    int verbosity = 0;     ///< geth's; nothing is logged
    bool ignored = false;  ///< options that are taken and change nothing
};

struct DevicesOptions {
    bool self_test = false;
};

struct LowerOptions {
    std::string code;  ///< hexadecimal, or a file's name
    bool deferred = false;
};

struct Arguments {
    Command command{};
    CommonOptions common;
    RunOptions run;
    TestOptions test;
    T8nOptions t8n;
    DevicesOptions devices;
    BenchOptions bench;
    SimulateOptions simulate;
    LowerOptions lower;
    GethTestOptions geth_test;
};

/// Parses the command line; called by the name `evm` it is geth's. Nothing: the program ends with `exit_code`
/// (help was printed, or what is wrong).
std::optional<Arguments> parse_arguments(int argc, const char* const* argv, int& exit_code);

}  // namespace warpevm::tools
