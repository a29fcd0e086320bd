// SPDX-License-Identifier: Apache-2.0
// What kernels and host exchange through buffers, as C++ sees it. The probe compares it with what a device
// sees.
#pragma once

#include <cstddef>
#include <cstdint>

#include "evm/types/records.hpp"

namespace warpevm::kernel {

#include "kernels/shared.h"
#define WARPEVM_WORD U256
#define WARPEVM_HASH Bytes32
#define WARPEVM_ADDRESS Address
#include "kernels/image.h"
#include "kernels/lane.h"
#include "kernels/transfer.h"
#undef WARPEVM_U32
#undef WARPEVM_U64
#undef WARPEVM_WORD
#undef WARPEVM_HASH
#undef WARPEVM_ADDRESS
using warpevm::account_effect;
using warpevm::account_observation;
using warpevm::log_record;
using warpevm::record_range;
using warpevm::slot_effect;
using warpevm::slot_observation;
using warpevm::transaction_record;

/// What recover.cl keeps for each item, in bytes.
inline constexpr size_t point_bytes = 8 * RECOVER_POINT_WORDS;
inline constexpr size_t number_bytes = 8 * RECOVER_NUMBER_WORDS;
inline constexpr size_t address_bytes = 4 * RECOVER_ADDRESS_WORDS;
/// The generator's table: multiples of G, and as many of 2^128 * G.
inline constexpr size_t generator_points = 2 * GENERATOR_TABLE;

}  // namespace warpevm::kernel
