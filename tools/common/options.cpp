// SPDX-License-Identifier: Apache-2.0
// Backends by name; the checks of devices and filters.
#include "tools/common/options.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <fstream>

#include "tools/common/exit_code.hpp"

namespace warpevm::tools {

Result<std::vector<BlockOutcome>> Backend::execute(ExecutionContext& context,
                                                   std::span<const BlockInput> window, const StateView& state,
                                                   const ExecutionOptions& options) const {
    return execute_serial(context, window, state, options);
}

Backend select_backend(const CommonOptions& options) {
    if (options.backend != "auto" && options.backend != "serial")
        throw UsageError(fmt::format("--backend {}: expected a backend that this build has: auto, serial",
                                     options.backend));
    // Without OpenCL built in there is no device of any kind, so nothing can match.
    if (!options.devices.empty())
        throw UsageError(
            fmt::format("--device {}: matches no device; this build has none", options.devices.front()));
    return {"serial"};
}

bool lacks_required_device(const CommonOptions& options) {
    if (!options.require_device) return false;
    fmt::print(stderr, "warpevm: --require-device: there is no usable device; this build has none\n");
    return true;
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
