// SPDX-License-Identifier: Apache-2.0
// The part of the command line that is geth's: `t8n`, and the whole of it where the program is called `evm`.
#pragma once

#include <CLI/CLI.hpp>

#include "tools/cli/arguments.hpp"

namespace warpevm::tools {

/// True where the program was called by the name of geth's tool.
bool is_called_evm(const char* program);

/// The arguments after the program's name with every value on its own: "--name=" is the name and an empty
/// value, and with `one_dash` "-name" is "--name", as geth's tools take it.
std::vector<std::string> separated(int argc, const char* const* argv, bool one_dash);

/// Adds the command `t8n`. `program` stands in its example.
CLI::App* add_t8n(CLI::App& app, T8nOptions& options, const std::string& program);

/// Parses what geth's `evm` takes.
std::optional<Arguments> parse_geth_arguments(int argc, const char* const* argv, int& exit_code);

}  // namespace warpevm::tools
