// SPDX-License-Identifier: Apache-2.0
// Runs a block in every way there is and says where two of them differ.
#pragma once

#include <string>

#include "tests/fuzz/blocks/block.hpp"
#include "tests/fuzz/blocks/coverage.hpp"

namespace warpevm::fuzz {

struct CheckOptions {
    bool parallel = true;
    /// Another tool's program whose command `t8n` is asked too; empty: none.
    std::string other = {};
};

/// Serial as it is by default, twice; serial with the fast loop, and with the plain one; parallel. Empty
/// where all agree, else the first difference. `coverage` may be null.
std::string check_block(const FuzzBlock& block, const CheckOptions& options, Coverage* coverage);

/// The first field in which two outcomes differ, or empty.
std::string difference(const BlockOutcome& a, const BlockOutcome& b);

}  // namespace warpevm::fuzz
