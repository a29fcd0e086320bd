// SPDX-License-Identifier: Apache-2.0
#include "evm/vm/fast.hpp"

namespace warpevm {

template <bool R>
Status run_fast(Frame<R>& frame, const Code&, bool) {
    return run_plain(frame);
}

template Status run_fast(Frame<false>&, const Code&, bool);
template Status run_fast(Frame<true>&, const Code&, bool);

}  // namespace warpevm
