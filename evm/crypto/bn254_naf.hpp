// SPDX-License-Identifier: Apache-2.0
// Signed windows of scalars: the width-w non-adjacent form.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace warpevm::bn254 {

/// sum of digit[i] * 2^i. Digits are zero or odd and below 2^(w-1) in size; of w neighbours at most one is
/// not zero.
struct Naf {
    std::array<int8_t, 132> digit{};
    size_t length = 0;
};

/// The non-adjacent form of a scalar below 2^128 - 2^(width-1).
constexpr Naf make_naf(unsigned __int128 scalar, unsigned width) {
    Naf naf;
    for (size_t i = 0; scalar != 0;) {
        const auto low = static_cast<uint64_t>(scalar);
        if ((low & 1) == 0) {
            const int zeros = low == 0 ? 64 : std::countr_zero(low);
            scalar >>= zeros;
            i += static_cast<size_t>(zeros);
            continue;
        }
        const int window = static_cast<int>(low & ((1U << width) - 1));
        const int digit = window < 1 << (width - 1) ? window : window - (1 << width);
        naf.digit[i] = static_cast<int8_t>(digit);
        naf.length = i + 1;
        scalar = digit > 0 ? scalar - static_cast<unsigned>(digit) : scalar + static_cast<unsigned>(-digit);
    }
    return naf;
}

}  // namespace warpevm::bn254
