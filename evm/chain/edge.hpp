// SPDX-License-Identifier: Apache-2.0
// The edge of an executor: the one place where exceptions become errors. They come from what the caller gave
// (state view, tracer, root function) and from memory that the machine has not.
#pragma once

#include <exception>
#include <type_traits>

#include "evm/base/native_stack.hpp"
#include "evm/base/result.hpp"
#include "evm/state/guarded_view.hpp"

namespace warpevm {

/// What was thrown, as an error: out_of_memory, or callback_failed with what the exception says.
Error error_of(const std::exception_ptr& thrown) noexcept;

/// Where a read failed because the view threw: adds what its first exception says.
void add_reason(Error& error, const GuardedView& view) noexcept;

/// Runs `work`, which answers a Result, over a view that does not throw, on a stack that suffices for the
/// deepest recursion. A read that fails, by saying so or by throwing, is the error state_failed with its key;
/// whatever else is thrown becomes the error.
template <class Work>
std::invoke_result_t<Work, const StateView&> run_guarded(const StateView& state, const Work& work) noexcept {
    const GuardedView guarded(state);
    try {
        std::invoke_result_t<Work, const StateView&> result;
        with_native_stack(needed_native_stack, [&] { result = work(guarded); });
        if (!result) add_reason(result.error(), guarded);
        return result;
    } catch (...) {
        return tl::unexpected(error_of(std::current_exception()));
    }
}

}  // namespace warpevm
