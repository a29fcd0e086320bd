// SPDX-License-Identifier: Apache-2.0
// The options that mean the same in every command.
#pragma once

#include <optional>
#include <regex>
#include <string>
#include <vector>

#include "tools/common/executors.hpp"

namespace warpevm::tools {

struct CommonOptions {
    std::string backend = "auto";
    std::vector<std::string> devices;
    bool require_device = false;
    bool wait_for_device = false;  ///< backend opencl: the CPU overrides nothing that the device has
    uint32_t device_batch =
        0;                 ///< backend opencl: transactions that the device executes at once; 0: its lanes
    unsigned threads = 0;  ///< the executor's; 0: as many as there are cores
    Speculate speculate = Speculate::measured;
    unsigned jobs = 0;  ///< cases or blocks at once; 0: the command's own default
    std::string fork;   ///< empty: as the input says
    std::string json;   ///< a file, or - for standard output
    std::string filter;
    std::string kernel_cache;  ///< a folder, or off; empty: the user's cache folder
    bool verbose = false;
    bool quiet = false;
};

/// A started executor. `name` is what results are labelled with.
struct Backend {
    std::string name;
    Execute execute{};
};

/// The executor that the options ask for. Throws UsageError where it is not built in.
const Executor& select_executor(const CommonOptions& options);
/// What to start it with; opens the device that it needs, if it needs one.
ExecutorSettings executor_settings(const Executor& executor, const CommonOptions& options, unsigned threads);
/// The same, started with the options' threads.
Backend select_backend(const CommonOptions& options);

/// Compiles --filter; throws UsageError with the reason. Nothing: everything matches.
std::optional<std::regex> compile_filter(const std::string& filter);

/// Writes a text to a file, or to standard output for "-". Throws std::runtime_error where it can't.
void write_text(const std::string& file, const std::string& text);

}  // namespace warpevm::tools
