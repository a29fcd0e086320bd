// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/blocks/child.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <new>

namespace warpevm::fuzz {
namespace {

struct Answer {
    size_t size = 0;
    char text[65536] = {};
};

}  // namespace

void* map_shared(size_t size) {
    void* memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    return memory;
}

void unmap_shared(void* memory, size_t size) {
    munmap(memory, size);
}

void limit_time(unsigned seconds) {
    itimerval timer{};
    timer.it_value.tv_sec = seconds;
    setitimer(ITIMER_PROF, &timer, nullptr);
    alarm(10 * seconds);
}

std::string run_in_child(unsigned seconds, const std::function<std::string()>& work) {
    const auto answer = share<Answer>();
    std::fflush(nullptr);
    const pid_t child = fork();
    if (child < 0) return "no process could be made";
    if (child == 0) {
        limit_time(seconds);
        std::string text;
        try {
            text = work();
        } catch (const std::exception& e) {
            text = fmt::format("an exception: {}", e.what());
        }
        answer->size = std::min(text.size(), sizeof answer->text);
        std::memcpy(answer->text, text.data(), answer->size);
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status) && (WTERMSIG(status) == SIGALRM || WTERMSIG(status) == SIGPROF))
        return fmt::format("not done in {} s", seconds);
    if (WIFSIGNALED(status)) return fmt::format("died by signal {}", WTERMSIG(status));
    // A sanitizer's report ends a process so.
    if (WEXITSTATUS(status) != 0) return fmt::format("died with exit status {}", WEXITSTATUS(status));
    return {answer->text, answer->size};
}

}  // namespace warpevm::fuzz
