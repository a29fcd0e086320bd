// SPDX-License-Identifier: Apache-2.0
// The curve BN254 (alt_bn128) as the precompiled contracts 6, 7 and 8 use it (EIP-196, EIP-197).
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "evm/base/bytes.hpp"

namespace warpevm::bn254 {

// Points are encoded as in EIP-196 and EIP-197: 32-byte big-endian coordinates, (0, 0) is infinity. All
// inputs are public, so running time may depend on them. Every function is pure and may run on any thread.

/// EIP-196 addition of two points of G1. False, with the output untouched, where a coordinate is not below
/// the field prime or a point is off the curve.
bool add(std::span<const uint8_t, 128> input, std::span<uint8_t, 64> output);

/// EIP-196 multiplication of a point of G1 by any 256-bit scalar; false as for add.
bool mul(std::span<const uint8_t, 96> input, std::span<uint8_t, 64> output);

/// EIP-197 on pairs of 192 bytes: a point of G1, then one of G2 with each coordinate's imaginary part first.
/// Whether the product of the pairings is one (true for no pairs); nothing where the length is not a multiple
/// of 192, a coordinate is not below the prime, a point is off its curve or a point of the twist is outside
/// G2.
std::optional<bool> pairing_check(BytesView input);

}  // namespace warpevm::bn254
