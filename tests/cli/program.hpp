// SPDX-License-Identifier: Apache-2.0
// Runs the program as a user does, and collects what it wrote and its exit code.
#pragma once

#include <sys/wait.h>

#include <cstdlib>

#include "tests/cli/temporary_folder.hpp"

namespace warpevm::tools {

struct Ran {
    int exit_code = -1;
    std::string out;
    std::string err;
};

/// `arguments` are words for a shell; the tests' own paths need no quoting. `environment`: "NAME=value".
inline Ran run_named(const std::string& program, const std::string& arguments, const std::string& input = {},
                     const std::string& environment = {}) {
    const TemporaryFolder folder;
    const std::string in = folder.write("in", input);
    const std::string base = folder.path().string();
    const std::string command =
        environment + " " + program + " " + arguments + " <" + in + " >" + base + "/out 2>" + base + "/err";
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, folder.read("out"), folder.read("err")};
}

inline Ran run_program(const std::string& arguments, const std::string& input = {},
                       const std::string& environment = {}) {
    return run_named(WARPEVM_PROGRAM, arguments, input, environment);
}

}  // namespace warpevm::tools
