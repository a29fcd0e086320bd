// SPDX-License-Identifier: Apache-2.0
// The rows of the table.
#include "tools/common/executors.hpp"

#include <array>

namespace warpevm::tools {
namespace {

constexpr std::array<Executor, 4> table{{
    {.name = "auto", .threaded = true, .backend = BackendKind::automatic},
    {.name = "serial", .threaded = false, .backend = BackendKind::serial},
    {.name = "cpu", .threaded = true, .backend = BackendKind::cpu},
    {.name = "opencl", .threaded = true, .backend = BackendKind::device},
}};

}  // namespace

std::span<const Executor> executors() {
    return table;
}

const Executor* find_executor(std::string_view name) {
    for (const Executor& executor : table)
        if (executor.name == name) return &executor;
    return nullptr;
}

std::string executor_names() {
    std::string names;
    for (const Executor& executor : table) names += (names.empty() ? "" : ", ") + std::string(executor.name);
    return names;
}

}  // namespace warpevm::tools
