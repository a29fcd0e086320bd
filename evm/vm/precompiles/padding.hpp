// SPDX-License-Identifier: Apache-2.0
// Inputs that are shorter than a precompile's format count as continued by zeros (Yellow Paper, appendix E).
#pragma once

#include <algorithm>
#include <array>

#include "evm/base/bytes.hpp"

namespace warpevm::precompiles {

/// The first `size` bytes of the input; what is missing is zero, what is more is ignored.
template <size_t size>
std::array<uint8_t, size> padded(BytesView input) {
    std::array<uint8_t, size> result{};
    std::copy_n(input.begin(), std::min(size, input.size()), result.begin());
    return result;
}

/// `length` bytes from `offset` on: a view of the input where it holds them all, else of `storage`, padded.
inline BytesView padded_slice(BytesView input, size_t offset, size_t length, Bytes& storage) {
    const BytesView written = input.subspan(std::min(offset, input.size()));
    if (length <= written.size()) return written.first(length);
    storage.assign(length, 0);
    std::copy(written.begin(), written.end(), storage.begin());
    return storage;
}

}  // namespace warpevm::precompiles
