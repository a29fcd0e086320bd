// SPDX-License-Identifier: Apache-2.0
// The fast loop: runs a translated image of the code.
#pragma once

#include "evm/vm/frame.hpp"

namespace warpevm {

/// Runs the frame's code from `pc` on, where a block begins (0 or a JUMPDEST), with `height` words on its
/// stack. The image is kept with the code. Where codes take as much memory as they may, the plain loop runs
/// what has no image.
template <bool Recording>
Status run_fast(Frame<Recording>& frame, size_t pc, size_t height);

}  // namespace warpevm
