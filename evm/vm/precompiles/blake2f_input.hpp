// SPDX-License-Identifier: Apache-2.0
// The parts of BLAKE2F's input that both its price and its work need (EIP-152).
#pragma once

#include "evm/base/bytes.hpp"

namespace warpevm::precompiles {

/// Rounds 4, state 64, message 128, offset 16, final flag 1.
inline constexpr size_t blake2f_input_size = 213;

inline uint32_t read_blake2f_rounds(BytesView input) {
    return uint32_t{input[0]} << 24 | uint32_t{input[1]} << 16 | uint32_t{input[2]} << 8 | uint32_t{input[3]};
}

}  // namespace warpevm::precompiles
