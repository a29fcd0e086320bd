// SPDX-License-Identifier: Apache-2.0
// Hex-prefix encoding of a stretch of nibbles (Yellow Paper, appendix C).
#pragma once

#include "evm/base/bytes.hpp"

namespace warpevm {

/// Nibble `i` of a key, the high half of each byte first.
inline uint8_t nibble(BytesView key, size_t i) {
    return static_cast<uint8_t>(i % 2 == 0 ? key[i / 2] >> 4 : key[i / 2] & 0x0f);
}

/// The number of nibbles that both keys share, the first `known` being known to be shared.
uint32_t common_nibbles(BytesView a, BytesView b, uint32_t known = 0);

/// A stretch of a key's nibbles, and whether it leads to a leaf.
struct NibblePath {
    BytesView key;
    size_t first = 0;
    size_t last = 0;
    bool is_leaf = false;
};

/// Replaces `out` with the encoding.
void hex_prefix(const NibblePath& path, Bytes& out);

}  // namespace warpevm
