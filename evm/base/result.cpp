// SPDX-License-Identifier: Apache-2.0
// The names and sentences of the error codes, read from the one table errors.def.
#include "evm/base/result.hpp"

#include <array>

namespace warpevm {
namespace {

struct Row {
    std::string_view name;
    std::string_view sentence;
};
constexpr std::array rows{
#define WARPEVM_ERROR(name, sentence) Row{#name, sentence},
#include "evm/base/errors.def"
#undef WARPEVM_ERROR
};

/// A value outside the enumeration reads as `internal`, so that printing an error can't itself go wrong.
const Row& row(ErrorCode code) {
    const auto i = static_cast<size_t>(code);
    return i < rows.size() ? rows[i] : rows[static_cast<size_t>(ErrorCode::internal)];
}

}  // namespace

std::string_view name(ErrorCode code) {
    return row(code).name;
}

std::string_view sentence(ErrorCode code) {
    return row(code).sentence;
}

bool is_protocol_error(ErrorCode code) {
    return code >= ErrorCode::first_protocol_error;
}

std::string to_string(const Error& error) {
    std::string s(sentence(error.code));
    if (!error.detail.empty()) s.append(": ").append(error.detail);
    return s;
}

}  // namespace warpevm
