// SPDX-License-Identifier: Apache-2.0
// Backends by name; the check of filters; writing.
#include "tools/common/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <thread>

#include "tools/common/devices.hpp"
#include "tools/common/exit_code.hpp"

namespace warpevm::tools {

const Executor& select_executor(const CommonOptions& options) {
    const Executor* executor = find_executor(options.backend);
    if (executor == nullptr)
        throw UsageError(fmt::format("--backend {}: expected a backend that this build has: {}",
                                     options.backend, executor_names()));
    return *executor;
}

ExecutorSettings executor_settings(const Executor& executor, const CommonOptions& options, unsigned threads) {
    ExecutorSettings settings{.threads = executor.threaded ? threads : 1,
                              .speculate = options.speculate,
                              .devices = {},
                              .waits_for_device = options.wait_for_device,
                              .device_batch = options.device_batch};
    if (executor.backend == BackendKind::device) settings.devices = open_backend_devices(options);
    if (executor.backend == BackendKind::automatic) {
        settings.cache = open_kernel_cache(options);
        if (options.devices.empty() && !options.require_device)
            settings.open_device = [cache = settings.cache] { return open_best_device(cache); };
        else
            settings.devices = open_backend_devices(options);
    }
    return settings;
}

Backend select_backend(const CommonOptions& options) {
    const Executor& executor = select_executor(options);
    const unsigned threads =
        options.threads != 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
    return {std::string(executor.name), executor.start(executor_settings(executor, options, threads))};
}

std::optional<std::regex> compile_filter(const std::string& filter) {
    if (filter.empty()) return std::nullopt;
    try {
        return std::regex(filter, std::regex::ECMAScript | std::regex::optimize);
    } catch (const std::regex_error& error) {
        throw UsageError(fmt::format("--filter {}: expected a regular expression: {}", filter, error.what()));
    }
}

void write_text(const std::string& file, const std::string& text) {
    if (file == "-") {
        std::fwrite(text.data(), 1, text.size(), stdout);
        return;
    }
    std::ofstream out(file, std::ios::binary);
    out << text;
    out.close();
    if (!out) throw UsageError(fmt::format("{}: can't be written", file));
}

}  // namespace warpevm::tools
