// SPDX-License-Identifier: Apache-2.0
// Keccak-256 with the original padding (Yellow Paper, appendix on Keccak): one message, or many at once.
#pragma once

#include <span>

#include "evm/base/bytes.hpp"

namespace warpevm {

Hash keccak256(BytesView message);

/// Hashes messages[i] into digests[i]; both spans have the same length, messages may differ in length.
/// Eight lanes at a time where the processor has AVX-512 or AVX2 (chosen at run time), else one by one.
void keccak256_batch(std::span<const BytesView> messages, std::span<Hash> digests);

}  // namespace warpevm
