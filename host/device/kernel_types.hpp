// SPDX-License-Identifier: Apache-2.0
// What kernels and host exchange through buffers, as C++ sees it. The probe compares it with what a device
// sees.
#pragma once

#include <cstdint>

namespace warpevm::kernel {

#include "kernels/shared.h"

static_assert(sizeof(signature) == 104);

/// What recover.cl keeps for each item, in bytes.
inline constexpr uint64_t point_bytes = 64, number_bytes = 32, address_bytes = 20;
/// The generator's table: 4096 multiples of G and as many of 2^128 * G.
inline constexpr uint64_t generator_points = 2 * 4096;

}  // namespace warpevm::kernel
