// SPDX-License-Identifier: Apache-2.0
// Makes a block that fails smaller while it still fails.
#pragma once

#include <functional>

#include "tests/fuzz/blocks/block.hpp"

namespace warpevm::fuzz {

/// `fails` is asked often; it must not end the process. Ends after about `seconds`.
FuzzBlock minimise(FuzzBlock block, const std::function<bool(const FuzzBlock&)>& fails, unsigned seconds);

}  // namespace warpevm::fuzz
