// SPDX-License-Identifier: Apache-2.0
// The optimal ate pairing on BN254 (Vercauteren, "Optimal Pairings", 2010).
#pragma once

#include <span>

#include "evm/crypto/bn254_curve.hpp"
#include "evm/crypto/bn254_tower.hpp"

namespace warpevm::bn254 {

/// A point of the twist y^2 = x^3 + 3 / (9 + u) over Fp2; (0, 0) stands for infinity. G2 is its subgroup of
/// order r.
struct Twist {
    Fp2 x, y;

    [[nodiscard]] bool is_infinity() const { return x.is_zero() && y.is_zero(); }
    bool operator==(const Twist&) const = default;
};

bool on_curve(const Twist& a);

/// A pair of points on their curves. The first may be infinity, the second may not.
struct Pair {
    G1 p;
    Twist q;
};

/// Multiplies f by the Miller functions of the pairs (by one where p is infinity). False, and f of no
/// meaning, where a pair's q is outside G2.
bool miller_loop(std::span<const Pair> pairs, Fp12& f);

/// f^(c (p^12 - 1) / r) for a fixed c prime to r: one exactly where the reduced pairing is one. Zero stays
/// zero.
Fp12 final_exponentiation(const Fp12& f);

}  // namespace warpevm::bn254
