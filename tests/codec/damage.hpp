// SPDX-License-Identifier: Apache-2.0
// Damage to well-formed input, for tests of decoders.
#pragma once

#include <algorithm>

#include "tests/codec/random_values.hpp"

namespace warpevm::test {

/// One to four changes: a byte replaced (half of the time by one that JSON gives a meaning), inserted or
/// removed, a bit flipped, the end cut off, a piece copied elsewhere.
inline Bytes damaged(RandomValues& random, Bytes bytes) {
    static constexpr std::string_view json = "\"{}[]:,0x9afe-.\\ n\x01\xff";
    for (uint64_t n = 1 + random.below(4); n > 0 && !bytes.empty(); --n) {
        const auto at = bytes.begin() + static_cast<std::ptrdiff_t>(random.below(bytes.size()));
        const auto value =
            static_cast<uint8_t>(random.flip() ? json[random.below(json.size())] : random.below(256));
        switch (random.below(6)) {
            case 0: *at = value; break;
            case 1: bytes.insert(at, value); break;
            case 2: bytes.erase(at); break;
            case 3: *at ^= static_cast<uint8_t>(1U << random.below(8)); break;
            case 4: bytes.erase(random.below(4) == 0 ? at : bytes.end() - 1, bytes.end()); break;
            default: {
                const size_t size = std::min<size_t>(random.below(40), static_cast<size_t>(bytes.end() - at));
                std::copy_n(
                    at, size,
                    bytes.begin() + static_cast<std::ptrdiff_t>(random.below(bytes.size() - size + 1)));
            }
        }
    }
    return bytes;
}

}  // namespace warpevm::test
