// SPDX-License-Identifier: Apache-2.0
// The program: picks the command, and turns what goes wrong into one sentence and an exit code.
#include <fmt/format.h>

#include <cstdio>
#include <exception>

#include "tools/cli/commands.hpp"
#include "tools/common/exit_code.hpp"
#include "tools/common/interrupt.hpp"

namespace {

using namespace warpevm::tools;  // NOLINT(google-build-using-namespace): main() cannot be in it

int dispatch(const Arguments& a) {
    switch (a.command) {
        case Command::run: return command_run(a.common, a.run);
        case Command::statetest: return command_statetest(a.common, a.test);
        case Command::blocktest: return command_blocktest(a.common, a.test);
        case Command::t8n: return command_t8n(a.t8n);
        case Command::devices: return command_devices(a.common, a.devices);
        case Command::bench: return command_bench(a.common, a.bench);
        case Command::simulate: return command_simulate(a.common, a.simulate);
        case Command::lower: return command_lower(a.common, a.lower);
        case Command::version: return command_version();
        case Command::geth_statetest: return command_geth_statetest(a.geth_test);
        case Command::geth_blocktest: return command_geth_blocktest(a.geth_test);
    }
    return static_cast<int>(ExitCode::internal);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        int exit_code = 0;
        const auto arguments = parse_arguments(argc, argv, exit_code);
        if (!arguments) return exit_code;
        install_interrupt_handler();
        return dispatch(*arguments);
    } catch (const UsageError& error) {
        fmt::print(stderr, "warpevm: {}\n", error.what());
        return static_cast<int>(ExitCode::bad_input);
    } catch (const std::bad_alloc&) {
        fmt::print(stderr, "warpevm: internal error: there is not enough memory\n");
        return static_cast<int>(ExitCode::internal);
    } catch (const std::exception& error) {
        fmt::print(stderr, "warpevm: internal error: {}\n", error.what());
        return static_cast<int>(ExitCode::internal);
    }
}
