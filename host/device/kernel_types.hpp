// SPDX-License-Identifier: Apache-2.0
// What kernels and host exchange through buffers, as C++ sees it. The probe compares it with what a device
// sees.
#pragma once

#include <cstddef>
#include <cstdint>

namespace warpevm::kernel {

#include "kernels/shared.h"

/// What recover.cl keeps for each item, in bytes.
inline constexpr size_t point_bytes = 8 * RECOVER_POINT_WORDS;
inline constexpr size_t number_bytes = 8 * RECOVER_NUMBER_WORDS;
inline constexpr size_t address_bytes = 4 * RECOVER_ADDRESS_WORDS;
/// The generator's table: multiples of G, and as many of 2^128 * G.
inline constexpr size_t generator_points = 2 * GENERATOR_TABLE;

}  // namespace warpevm::kernel
