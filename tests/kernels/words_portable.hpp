// SPDX-License-Identifier: Apache-2.0
// The interpreter's arithmetic in the spellings that every device has.
#pragma once

#include "evm/base/u256.hpp"

namespace warpevm::test {

U256 portable_word(uint32_t op, const U256& a, const U256& b, const U256& c);

}  // namespace warpevm::test
