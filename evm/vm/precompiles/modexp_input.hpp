// SPDX-License-Identifier: Apache-2.0
// MODEXP's input (EIP-198): three lengths of 32 bytes, then base, exponent and modulus, continued by zeros.
#pragma once

#include "evm/base/bytes.hpp"
#include "evm/base/u256.hpp"

namespace warpevm::precompiles {

/// As written, so possibly far beyond what could be held.
struct ModexpLengths {
    U256 base, exponent, modulus;
};
inline constexpr size_t modexp_header_size = 96;

ModexpLengths read_modexp_lengths(BytesView input);

/// The number in the exponent's first 32 bytes, or in all of a shorter one: what the price depends on.
U256 modexp_exponent_head(BytesView input, const ModexpLengths& lengths);

}  // namespace warpevm::precompiles
