// SPDX-License-Identifier: Apache-2.0
// From a code's abstract form to a device's image (kernels/image.h).
#pragma once

#include <optional>

#include "evm/base/bytes.hpp"
#include "evm/vm/opcodes.hpp"
#include "host/device/kernel_types.hpp"

namespace warpevm {

/// The image's header and parts as they will lie from byte `at` (a multiple of 8) of a buffer on; `family`
/// and `next` are not filled in. Arithmetic on constants is left to the device (kernel evm_fold). Linear in
/// the code. Nothing where the image would be far larger than those of honest codes, or the code is longer
/// than images count (65,535 bytes).
std::optional<Bytes> make_image(BytesView code, const GasTable& gas_table, uint32_t at);

}  // namespace warpevm
