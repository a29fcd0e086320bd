// SPDX-License-Identifier: Apache-2.0
// Inputs of precompiles: most are well-formed, some are damaged.
#pragma once

#include "evm/base/bytes.hpp"
#include "tests/fuzz/blocks/random.hpp"

namespace warpevm::fuzz {

/// 1 to 0x11, and 0x100.
uint64_t some_precompile(Random& random);
Bytes precompile_input(Random& random, uint64_t precompile);

}  // namespace warpevm::fuzz
