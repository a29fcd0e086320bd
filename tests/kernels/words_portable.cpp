// SPDX-License-Identifier: Apache-2.0
// kernels/word_evaluate.h without __int128.
#define WARPEVM_PORTABLE 1
#include "tests/kernels/words_portable.hpp"

#include "host/device/native/shim.hpp"

namespace warpevm::native {
namespace portable_words {
#include "kernels/word_evaluate.h"

static word in(const U256& a) {
    const word w = {{a.limb[0], a.limb[1], a.limb[2], a.limb[3]}};
    return w;
}
}  // namespace portable_words
}  // namespace warpevm::native

namespace warpevm::test {

U256 portable_word(uint32_t op, const U256& a, const U256& b, const U256& c) {
    namespace p = native::portable_words;
    const auto r = p::evaluate(op, p::in(a), p::in(b), p::in(c));
    return {r.v[0], r.v[1], r.v[2], r.v[3]};
}

}  // namespace warpevm::test
