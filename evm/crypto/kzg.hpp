// SPDX-License-Identifier: Apache-2.0
// Verification of KZG opening proofs (EIP-4844).
#pragma once

#include <span>

#include "evm/base/bytes.hpp"

namespace warpevm {

/// A compressed point of G1.
using KzgPoint = std::span<const uint8_t, 48>;

/// A claim: the polynomial under `commitment` takes the value y at z.
struct KzgOpening {
    KzgPoint commitment;
    Bytes32 z;
    Bytes32 y;
    KzgPoint proof;
};

/// True where the claim holds; false also where a point is no element of G1 or z or y is not below the
/// group's order. Thread-safe; the first call prepares about 40 KB of constants.
bool verify_kzg_opening(const KzgOpening& opening);

}  // namespace warpevm
