// SPDX-License-Identifier: Apache-2.0
#include "tests/adversarial/child.hpp"

#include <pthread.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <new>
#include <stdexcept>

namespace warpevm::adversarial {
namespace {

double processor_seconds() {
    rusage use{};
    getrusage(RUSAGE_SELF, &use);
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
    };
    return seconds(use.ru_utime) + seconds(use.ru_stime);
}

/// Of /proc/self/status, in bytes; 0 where there is no such line.
uint64_t from_status(const std::string& key) {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;) {
        if (word != key) continue;
        uint64_t kilobytes = 0;
        status >> kilobytes;
        return kilobytes * 1024;
    }
    return 0;
}

/// What travels to the parent.
struct Report {
    Answer answer;
    double seconds = 0;
    uint64_t peak_bytes = 0;
};

void measure(const Work& work, Report& report) {
    std::ofstream("/proc/self/clear_refs") << "5";  // the peak counts from here
    const uint64_t before = from_status("VmRSS:");
    const double start = processor_seconds();
    work.run();
    report.seconds = processor_seconds() - start;
    const uint64_t peak = from_status("VmHWM:");
    report.peak_bytes = peak > before ? peak - before : 0;
}

struct OnThread {
    const Work& work;
    Report& report;
};

void measure_on_stack_of(size_t size, const Work& work, Report& report) {
    OnThread task{work, report};
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, size);
    pthread_t thread{};
    const auto run = [](void* t) -> void* {
        auto& on = *static_cast<OnThread*>(t);
        measure(on.work, on.report);
        return nullptr;
    };
    if (pthread_create(&thread, &attributes, run, &task) != 0) throw std::runtime_error("no thread");
    pthread_join(thread, nullptr);
}

[[noreturn]] void child(const std::function<Work()>& prepare, const ChildSettings& settings, int to_parent) {
    const rlimit seconds{settings.seconds, settings.seconds + 1}, no_core{0, 0};
    setrlimit(RLIMIT_CPU, &seconds);
    setrlimit(RLIMIT_CORE, &no_core);
    Report report;
    const auto complain = [&](const char* what) {
        std::snprintf(report.answer.error, sizeof report.answer.error, "exception: %s", what);
    };
    try {
        const Work work = prepare();
        if (settings.stack)
            measure_on_stack_of(*settings.stack, work, report);
        else
            measure(work, report);
        report.answer = work.answer();
    } catch (const std::exception& e) {
        complain(e.what());
    }
    const ssize_t written = write(to_parent, &report, sizeof report);
    _exit(written == sizeof report ? 0 : 1);  // no destructors: they are not what is tested
}

}  // namespace

Measured in_child(const std::function<Work()>& prepare, const ChildSettings& settings) {
    int ends[2];
    if (pipe(ends) != 0) throw std::runtime_error("no pipe");
    std::fflush(nullptr);
    const pid_t pid = fork();
    if (pid < 0) throw std::runtime_error("no process");
    if (pid == 0) {
        close(ends[0]);
        child(prepare, settings, ends[1]);
    }
    close(ends[1]);
    Report report;
    const bool reported = read(ends[0], &report, sizeof report) == sizeof report;
    close(ends[0]);
    int status = 0;
    waitpid(pid, &status, 0);
    Measured m{.failure = report.answer.error,
               .answer = report.answer,
               .seconds = report.seconds,
               .peak_bytes = report.peak_bytes};
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
        m.failure = "took more than " + std::to_string(settings.seconds) + " s";
    else if (WIFSIGNALED(status))
        m.failure = std::string("crashed: ") + strsignal(WTERMSIG(status));
    else if (!reported)
        m.failure = "ended with status " + std::to_string(WEXITSTATUS(status));
    return m;
}

}  // namespace warpevm::adversarial
