// SPDX-License-Identifier: Apache-2.0
// Runs the program on a terminal of its own, where it shows its progress and takes Ctrl-C.
#pragma once

#ifdef __APPLE__
#include <util.h>
#else
#include <pty.h>
#endif
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <string>

namespace warpevm::tools {

/// Presses Ctrl-C once the program has shown `sign`; its exit code, or -1 where it ended before that or by a
/// signal. `arguments` are words for a shell.
inline int run_until(const std::string& sign, const std::string& arguments) {
    const std::string command = std::string("exec ") + WARPEVM_PROGRAM + " " + arguments;
    int terminal = -1;
    const pid_t program = forkpty(&terminal, nullptr, nullptr, nullptr);
    if (program < 0) return -1;
    if (program == 0) {
        execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
        _exit(127);
    }
    std::string shown;
    std::array<char, 4096> part{};
    bool pressed = false;
    // What is no longer read would stop the program; at its end reading fails.
    for (ssize_t got = 0; (got = read(terminal, part.data(), part.size())) > 0;) {
        if (pressed) continue;
        shown.append(part.data(), static_cast<size_t>(got));
        constexpr char ctrl_c = 3;
        if (shown.find(sign) != std::string::npos) pressed = write(terminal, &ctrl_c, 1) == 1;
    }
    close(terminal);
    int status = 0;
    const bool ended = waitpid(program, &status, 0) == program;
    return ended && pressed && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace warpevm::tools
