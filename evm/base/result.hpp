// SPDX-License-Identifier: Apache-2.0
// Errors are values: Result<T> carries a T or an Error with a code that scripts can match and a sentence.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace warpevm {

/// What went wrong; the rows and their sentences live in errors.def.
enum class ErrorCode : uint16_t {
#define WARPEVM_ERROR(name, sentence) name,
#include "evm/base/errors.def"
#undef WARPEVM_ERROR
};

/// The code's name as it is printed in JSON ("nonce_too_low").
std::string_view name(ErrorCode code);
/// One sentence in the protocol's words.
std::string_view sentence(ErrorCode code);
/// True where the input broke a rule of the protocol (exit 1), false where it could not be read (exit 2).
bool is_protocol_error(ErrorCode code);

struct Error {
    ErrorCode code{};
    /// Where and what: the file, the field, the offset, the numbers compared. May be empty.
    std::string detail{};

    bool operator==(const Error&) const = default;
};

/// "sentence: detail".
std::string to_string(const Error& error);

template <class T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(ErrorCode code, std::string detail = {}) {
    return tl::unexpected<Error>(Error{code, std::move(detail)});
}

/// The error of the first of some checks that fails, in order, or none; the later ones are not made. Each
/// check is a callable that answers a Result<void>.
template <class... Checks>
Error first_failure(const Checks&... checks) {
    Error first;
    const auto holds = [&](Result<void>&& checked) {
        if (checked) return true;
        first = std::move(checked.error());
        return false;
    };
    (void)(holds(checks()) && ...);
    return first;
}

}  // namespace warpevm
