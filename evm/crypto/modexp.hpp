// SPDX-License-Identifier: Apache-2.0
// Modular exponentiation of numbers of any length (EIP-198).
#pragma once

#include <span>

#include "evm/base/bytes.hpp"

namespace warpevm {

/// Big-endian numbers of any length, empty meaning zero.
struct ModexpOperands {
    BytesView base;
    BytesView exponent;
    BytesView modulus;
};

/// Writes base^exponent mod modulus to `result`, which is as long as the modulus. 0^0 is 1; modulo 0 all is
/// 0.
void modexp(const ModexpOperands& operands, std::span<uint8_t> result);

}  // namespace warpevm
