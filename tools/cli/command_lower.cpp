// SPDX-License-Identifier: Apache-2.0
// `lower`: a code's abstract form, as the fast loop and the devices are given it.
#include <fmt/format.h>

#include <filesystem>
#include <fstream>

#include "evm/base/hex.hpp"
#include "evm/vm/lowering/lowering.hpp"
#include "tools/cli/commands.hpp"
#include "tools/common/exit_code.hpp"

namespace warpevm::tools {
namespace {

Fork fork_named(const std::string& name) {
    if (name.empty()) return static_cast<Fork>(fork_count - 1);
    const auto fork = parse_fork(name);
    if (!fork) throw UsageError("--fork: there is no fork '" + name + "'");
    return *fork;
}

/// Hexadecimal digits: the argument itself, or what stands in the file of that name.
Bytes code_from(const std::string& argument) {
    std::string digits = argument;
    std::error_code none;
    if (std::filesystem::is_regular_file(argument, none)) {
        std::ifstream in(argument);
        digits.assign(std::istreambuf_iterator<char>(in), {});
        while (!digits.empty() && std::isspace(static_cast<unsigned char>(digits.back())) != 0)
            digits.pop_back();
    }
    const auto code = bytes_from_hex(digits);
    if (!code)
        throw UsageError("CODE: neither a file nor pairs of hexadecimal digits: " + argument.substr(0, 40));
    return *code;
}

}  // namespace

int command_lower(const CommonOptions& common, const LowerOptions& options) {
    const Bytes code = code_from(options.code);
    const auto folding = options.deferred ? lowering::Folding::deferred : lowering::Folding::now;
    size_t blocks = 0, instructions = 0;
    lowering::lower_code(code, gas_table(fork_named(common.fork)), folding,
                         [&](const lowering::LoweredBlock& block) {
                             fmt::print("{}", lowering::to_text(block));
                             ++blocks;
                             instructions += block.instructions.size();
                             return true;
                         });
    fmt::print("{} bytes, {} blocks, {} instructions\n", code.size(), blocks, instructions);
    return static_cast<int>(ExitCode::ok);
}

}  // namespace warpevm::tools
