// SPDX-License-Identifier: Apache-2.0
// The group G1: points of y^2 = x^3 + 3 over Fp, all of the prime order r.
#pragma once

#include <span>

#include "evm/crypto/bn254_field.hpp"

namespace warpevm::bn254 {

/// (0, 0), which is not on the curve, stands for infinity, as in EIP-196.
struct G1 {
    Fp x, y;

    [[nodiscard]] bool is_infinity() const { return x.is_zero() && y.is_zero(); }
    bool operator==(const G1&) const = default;
};

bool on_curve(const G1& a);
G1 operator+(const G1& a, const G1& b);
/// The multiple of a point on the curve by any 256-bit scalar.
G1 operator*(const G1& a, const U256& scalar);

/// beta = 18x^3 + 18x^2 + 9x + 1 is a cube root of one modulo p, and (beta * x, y) is the multiple of (x, y)
/// by lambda = 36x^3 + 18x^2 + 6x + 1, a cube root of one modulo r (Gallant, Lambert and Vanstone, 2001).
inline constexpr Fp beta = [] {
    const Fp x = Fp::from(seed);
    return ((Fp::from(18) * x + Fp::from(18)) * x + Fp::from(9)) * x + Fp::one();
}();

/// scalar = first + second * lambda modulo r, with first in [0, 2^128) and second in (-2^128, 2^128).
struct Split {
    unsigned __int128 first, second;
    bool second_negative;
};
Split split_scalar(const U256& scalar);

}  // namespace warpevm::bn254
