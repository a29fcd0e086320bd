// SPDX-License-Identifier: Apache-2.0
// A signal handler can only reach a global: this flag is the program's only one.
#include "tools/common/interrupt.hpp"

#include <atomic>
#include <csignal>

namespace warpevm::tools {
namespace {

std::atomic<bool> stop_requested{false};
static_assert(std::atomic<bool>::is_always_lock_free);

extern "C" void on_interrupt(int signal) {
    stop_requested.store(true, std::memory_order_relaxed);
    std::signal(signal, SIG_DFL);
}

}  // namespace

void install_interrupt_handler() {
    std::signal(SIGINT, on_interrupt);
    std::signal(SIGTERM, on_interrupt);
}

bool interrupted() {
    return stop_requested.load(std::memory_order_relaxed);
}

}  // namespace warpevm::tools
