// SPDX-License-Identifier: Apache-2.0
// Each instruction on operands that tell it from others: whatever it leaves on the stack, in memory, storage,
// logs, return data and gas is logged or in the state.
#pragma once

#include <memory>

#include "tests/offload/scene.hpp"

namespace warpevm::test {

/// Scenes with one job each; only of instructions that `fork` has.
std::vector<std::unique_ptr<Scene>> instruction_scenes(Fork fork);

}  // namespace warpevm::test
