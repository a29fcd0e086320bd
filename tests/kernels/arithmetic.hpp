// SPDX-License-Identifier: Apache-2.0
// The kernels' arithmetic as plain functions, once per limb width, spelling of the primitives and kind of
// windows.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace warpevm::test {

/// Four 64-bit words, least significant first.
using Words = std::array<uint64_t, 4>;
struct WordsPoint {
    Words x, y;
    bool operator==(const WordsPoint&) const = default;
};
struct SignedWords {
    Words size;
    bool negative;
};

struct Arithmetic {
    const char* name;
    unsigned point_window, generator_window;
    bool odd_digits;  ///< else windows at fixed places

    Words (*field_add)(const Words&, const Words&);
    Words (*field_sub)(const Words&, const Words&);
    Words (*field_mul)(const Words&, const Words&);
    Words (*field_square)(const Words&);
    Words (*field_half)(const Words&);
    Words (*field_normalize)(const Words&);
    bool (*field_is_zero)(const Words&);
    Words (*field_invert)(const Words&);
    Words (*field_sqrt)(const Words&);
    Words (*scalar_mul)(const Words&, const Words&);
    Words (*scalar_negate)(const Words&);
    Words (*scalar_normalize)(const Words&);
    bool (*scalar_in_range)(const Words&);
    Words (*scalar_invert)(const Words&);
    std::pair<SignedWords, SignedWords> (*scalar_split)(const Words&);
    std::vector<short> (*scalar_digits)(const Words&, bool negative, unsigned window);
    /// u1 * G + u2 * p; nothing for the point at infinity.
    std::optional<WordsPoint> (*multiply_two)(const Words& u1, const WordsPoint& p, const Words& u2);
};

const Arithmetic& limbs64_int128();
const Arithmetic& limbs64_portable();
const Arithmetic& limbs32_sliding();
const Arithmetic& limbs32_fixed();

}  // namespace warpevm::test
