// SPDX-License-Identifier: Apache-2.0
// The curve BN254 (alt_bn128) as EIP-196 and EIP-197 use it.
#pragma once

#include <optional>
#include <span>

#include "evm/base/bytes.hpp"

namespace warpevm::bn254 {

bool add(std::span<const uint8_t, 128> input, std::span<uint8_t, 64> output);
bool mul(std::span<const uint8_t, 96> input, std::span<uint8_t, 64> output);
std::optional<bool> pairing_check(BytesView input);

}  // namespace warpevm::bn254
