// SPDX-License-Identifier: Apache-2.0
// Writes answers: a line of JSON for each request.
#pragma once

#include <string>

#include "host/simulate/simulated_call.hpp"
#include "tools/simulate/request.hpp"

namespace warpevm::tools {

/// Keys of assumed reads that an answer names; it counts them all.
inline constexpr size_t most_named_assumptions = 16;

/// Ends with a line break.
std::string answer_line(const Request& request, const BundleResult& result);
/// Of a line that is no request.
std::string bad_line(uint64_t number, const Error& error);

/// What a revert gives as its reason, where it is Solidity's Error(string) or Panic(uint256); else empty.
std::string revert_reason(BytesView output);

}  // namespace warpevm::tools
