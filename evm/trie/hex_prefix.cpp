// SPDX-License-Identifier: Apache-2.0
// Hex-prefix encoding of a stretch of nibbles (Yellow Paper, appendix C).
#include "evm/trie/hex_prefix.hpp"

#include <algorithm>

namespace warpevm {

uint32_t common_nibbles(BytesView a, BytesView b, uint32_t known) {
    const size_t limit = std::min(a.size(), b.size());
    size_t i = known / 2;
    while (i < limit && a[i] == b[i]) ++i;
    const bool half = i < limit && (a[i] ^ b[i]) < 0x10;
    return static_cast<uint32_t>(2 * i + (half ? 1 : 0));
}

void hex_prefix(const NibblePath& path, Bytes& out) {
    constexpr uint8_t leaf_flag = 0x20;
    constexpr uint8_t odd_flag = 0x10;
    size_t i = path.first;
    uint8_t head = path.is_leaf ? leaf_flag : 0;
    if ((path.last - i) % 2 != 0) head |= static_cast<uint8_t>(odd_flag | nibble(path.key, i++));
    out.assign(1, head);
    if (i % 2 == 0)
        append(out, path.key.subspan(i / 2, (path.last - i) / 2));
    else
        for (; i < path.last; i += 2)
            out.push_back(static_cast<uint8_t>(nibble(path.key, i) << 4 | nibble(path.key, i + 1)));
}

}  // namespace warpevm
