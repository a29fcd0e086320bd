// SPDX-License-Identifier: Apache-2.0
// The transactions of a random block, valid ones and those that break one rule.
#pragma once

#include "tests/fuzz/blocks/world.hpp"

namespace warpevm::fuzz {

void make_transactions(Random& random, const World& world, FuzzBlock& block);

}  // namespace warpevm::fuzz
