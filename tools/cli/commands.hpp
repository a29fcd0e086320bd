// SPDX-License-Identifier: Apache-2.0
// One function per command; each returns the program's exit code.
#pragma once

#include "tools/cli/arguments.hpp"

namespace warpevm::tools {

int command_run(const CommonOptions& common, const RunOptions& options);
int command_statetest(const CommonOptions& common, const TestOptions& options);
int command_blocktest(const CommonOptions& common, const TestOptions& options);
int command_t8n(const T8nOptions& options);
int command_bench(const CommonOptions& common, const BenchOptions& options);
int command_devices(const CommonOptions& common, const DevicesOptions& options);
int command_simulate(const CommonOptions& common, const SimulateOptions& options);
int command_lower(const CommonOptions& common, const LowerOptions& options);
int command_version();
int command_geth_statetest(const GethTestOptions& options);
int command_geth_blocktest(const GethTestOptions& options);

}  // namespace warpevm::tools
