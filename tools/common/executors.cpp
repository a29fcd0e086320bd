// SPDX-License-Identifier: Apache-2.0
// The rows of the table.
#include "tools/common/executors.hpp"

#include <array>

namespace warpevm::tools {
namespace {

constexpr std::array<Executor, 3> table{{
    {.name = "serial", .threaded = false, .automatic = true, .backend = BackendKind::serial},
    {.name = "cpu", .threaded = true, .automatic = true, .backend = BackendKind::cpu},
    {.name = "opencl", .threaded = true, .automatic = false, .backend = BackendKind::device},
}};

}  // namespace

std::span<const Executor> executors() {
    return table;
}

const Executor* find_executor(std::string_view name) {
    const Executor* found = nullptr;
    for (const Executor& executor : table)
        if (executor.name == name || (name == "auto" && executor.automatic)) found = &executor;
    return found;
}

std::string executor_names() {
    std::string names = "auto";
    for (const Executor& executor : table) names += ", " + std::string(executor.name);
    return names;
}

}  // namespace warpevm::tools
