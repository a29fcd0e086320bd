// SPDX-License-Identifier: Apache-2.0
// What of a header follows from its parent's.
#pragma once

#include "evm/codec/json_block.hpp"
#include "evm/types/rules.hpp"

namespace warpevm {

/// Takes from the parent what a header of these rules follows from it: parent hash, base fee, excess blob
/// gas, difficulty.
void fill_from_parent(json::GivenHeader& header, const Header& parent, const Rules& rules);

}  // namespace warpevm
