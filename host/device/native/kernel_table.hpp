// SPDX-License-Identifier: Apache-2.0
// The kernels that were compiled into the program as C++: by name, each behind one function that runs one
// work-item.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

namespace warpevm::native {

/// One argument of a kernel: memory where the kernel takes a __global pointer, else a scalar.
struct Argument {
    void* memory = nullptr;
    uint64_t scalar = 0;
};

/// Where the current thread stands in the launch. Whoever runs a kernel sets it before each invocation.
struct WorkItem {
    size_t global_id = 0;
    size_t global_size = 1;
    size_t local_id = 0;
    size_t local_size = 1;
    size_t group_id = 0;
};
extern thread_local WorkItem current_item;

/// Runs the current work-item once. There must be as many arguments as the kernel has parameters.
using Invoker = void (*)(std::span<const Argument>);

struct KernelEntry {
    std::string_view program;
    std::string_view name;
    Invoker invoke = nullptr;
    size_t argument_count = 0;
};

/// Every kernel of every program.
std::span<const KernelEntry> kernels();

namespace detail {

template <class T>
T argument_as(const Argument& a) {
    if constexpr (std::is_pointer_v<T>)
        return static_cast<T>(a.memory);
    else
        return static_cast<T>(a.scalar);
}

template <auto Kernel, class... Ts, size_t... Is>
void invoke(std::span<const Argument> arguments, void (*)(Ts...), std::index_sequence<Is...>) {
    Kernel(argument_as<Ts>(arguments[Is])...);
}

template <class... Ts>
constexpr size_t parameter_count(void (*)(Ts...)) {
    return sizeof...(Ts);
}

}  // namespace detail

/// The entry of a kernel function; its parameters' types say how each argument is passed.
template <auto Kernel>
constexpr KernelEntry make_entry(std::string_view program, std::string_view name) {
    constexpr size_t count = detail::parameter_count(Kernel);
    return {program, name,
            [](std::span<const Argument> arguments) {
                detail::invoke<Kernel>(arguments, Kernel, std::make_index_sequence<count>{});
            },
            count};
}

}  // namespace warpevm::native
