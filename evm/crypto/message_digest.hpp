// SPDX-License-Identifier: Apache-2.0
// SHA-256 and RIPEMD-160, as precompiles, versioned hashes (EIP-4844) and request hashes (EIP-7685) need
// them.
#pragma once

#include <array>

#include "evm/base/bytes.hpp"

namespace warpevm {

/// Thread-safe.
Hash sha256(BytesView message);
/// Thread-safe.
std::array<uint8_t, 20> ripemd160(BytesView message);

}  // namespace warpevm
