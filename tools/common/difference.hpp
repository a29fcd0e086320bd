// SPDX-License-Identifier: Apache-2.0
// Where two outcomes of the same block part.
#pragma once

#include <optional>
#include <string>

#include "evm/chain/outcome.hpp"

namespace warpevm::tools {

struct Difference {
    std::string expected;
    std::string got;
    /// The transaction, where it is one.
    std::optional<size_t> tx;
};

/// The same but for the reads that were assumed absent: which values are asked for depends on the loop and
/// the backend, what comes out must not.
bool same_results(const BlockOutcome& a, const BlockOutcome& b);
/// The first transaction that differs, or else a result of the whole block. The outcomes must differ.
Difference first_difference(const BlockOutcome& expected, const BlockOutcome& got);
/// As one phrase: "transaction 3: expected …, got …".
std::string to_string(const Difference& difference);

}  // namespace warpevm::tools
