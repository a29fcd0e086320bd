// SPDX-License-Identifier: Apache-2.0
// Call frames recurse on the thread's own stack, 1,024 deep. Callers' threads may have less than that takes:
// a JVM's have 1 MiB, macOS's secondary ones 512 KiB, musl's 128. So an execution checks first, and runs on
// a thread of its own where that is too little.
#pragma once

#include <cstddef>
#include <functional>

namespace warpevm {

/// What the deepest recursion may take, with room for precompiles, a state view and a tracer at its end.
extern const size_t needed_native_stack;

/// How many bytes of the calling thread's stack are left; the largest number where the system does not say.
size_t native_stack_left();

/// Runs `work` here where at least `bytes` of stack are left, else on a thread that has them, and waits for
/// it. What `work` throws comes out of this. Costs some 20 microseconds where it needs a thread;
/// std::bad_alloc where none can be had.
void with_native_stack(size_t bytes, const std::function<void()>& work);

}  // namespace warpevm
