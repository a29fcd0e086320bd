// SPDX-License-Identifier: Apache-2.0
// Work in a process of its own, so that a crash or a hang is an answer and not the end.
#pragma once

#include <functional>
#include <memory>
#include <string>

namespace warpevm::fuzz {

/// Runs `work` in a child; its answer, or how the child died. Threads of this process are not there in the
/// child, so that this process should have none.
std::string run_in_child(unsigned seconds, const std::function<std::string()>& work);
/// Gives the child so many seconds of processor time from now on, and ten times as many by the clock, so
/// that a busy machine is no hang.
void limit_time(unsigned seconds);

/// A T that children share with this process; T is a plain value.
template <class T>
std::shared_ptr<T> share();

void* map_shared(size_t size);
void unmap_shared(void* memory, size_t size);

template <class T>
std::shared_ptr<T> share() {
    return {new (map_shared(sizeof(T))) T{}, [](T* memory) { unmap_shared(memory, sizeof(T)); }};
}

}  // namespace warpevm::fuzz
