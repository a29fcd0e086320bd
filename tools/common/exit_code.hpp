// SPDX-License-Identifier: Apache-2.0
// The exit codes of every command but t8n, and the exception that means "the arguments are wrong".
#pragma once

#include <algorithm>
#include <stdexcept>

namespace warpevm::tools {

/// In ascending order of weight: of several results the heaviest is the program's.
enum class ExitCode : int {
    ok = 0,
    failed = 1,     ///< a block, test or comparison failed, or the input breaks the protocol
    bad_input = 2,  ///< arguments are wrong or the input can't be decoded
    internal = 3,
};
constexpr ExitCode worse(ExitCode a, ExitCode b) {
    return std::max(a, b);
}

/// Its sentence is printed and the program ends with ExitCode::bad_input.
class UsageError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

}  // namespace warpevm::tools
