// SPDX-License-Identifier: Apache-2.0
// The fast loop: runs a translated image of the code.
#pragma once

#include "evm/vm/frame.hpp"

namespace warpevm {

/// `cache_image`: the code will be met again, so its image is kept with it (init code is translated for one
/// run, or not at all).
template <bool Recording>
Status run_fast(Frame<Recording>& frame, const Code& code, bool cache_image);

}  // namespace warpevm
