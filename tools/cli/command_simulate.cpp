// SPDX-License-Identifier: Apache-2.0
// `simulate`: many calls on one pre-state, JSON lines in and out.
#include <fmt/format.h>

#include "tools/cli/commands.hpp"
#include "tools/common/devices.hpp"
#include "tools/common/exit_code.hpp"
#include "tools/simulate/simulate.hpp"

namespace warpevm::tools {

int command_simulate(const CommonOptions& common, const SimulateOptions& options) {
    if (common.require_device && lacks_required_device(common, choose_devices(common)))
        return static_cast<int>(ExitCode::failed);
    const SimulateReport report = run_simulate(common, options);
    // Answers have standard output to themselves.
    const std::string text = to_text(report, common.verbose);
    const size_t last_line = text.rfind('\n', text.size() - 2) + 1;
    fmt::print(stderr, "{}", common.quiet ? text.substr(last_line) : text);
    if (!common.json.empty()) write_text(common.json, to_json(report));
    return static_cast<int>(report.exit_code);
}

}  // namespace warpevm::tools
