// SPDX-License-Identifier: Apache-2.0
#include "evm/chain/edge.hpp"

#include <new>

namespace warpevm {
namespace {

/// Where there is no memory for the text, there is none.
Error with_text(ErrorCode code, const char* text) noexcept {
    try {
        return {code, text};
    } catch (...) {
        return {code, {}};
    }
}

}  // namespace

Error error_of(const std::exception_ptr& thrown) noexcept {
    try {
        std::rethrow_exception(thrown);
    } catch (const std::bad_alloc&) {
        return {ErrorCode::out_of_memory, {}};
    } catch (const std::exception& e) {
        return with_text(ErrorCode::callback_failed, e.what());
    } catch (...) {
        return with_text(ErrorCode::callback_failed, "something that is no std::exception");
    }
}

void add_reason(Error& error, const GuardedView& view) noexcept {
    const std::exception_ptr thrown = view.thrown();
    if (error.code != ErrorCode::state_failed || !thrown) return;
    try {
        const Error why = error_of(thrown);
        error.detail += ": " + (why.detail.empty() ? to_string(why) : why.detail);
    } catch (...) {
        // Without memory for the reason, the key says enough.
    }
}

}  // namespace warpevm
