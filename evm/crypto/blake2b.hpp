// SPDX-License-Identifier: Apache-2.0
// The compression function F of BLAKE2b (RFC 7693, 3.2) with any number of rounds (EIP-152).
#pragma once

#include <array>

#include "evm/base/bytes.hpp"

namespace warpevm {

struct Blake2bBlock {
    std::array<uint64_t, 16> message;
    /// Bytes hashed so far, low word first.
    std::array<uint64_t, 2> offset;
    bool is_final;
};

/// Applies F to `state`. Picks AVX2 at run time where the processor has it.
void blake2b_compress(std::array<uint64_t, 8>& state, const Blake2bBlock& block, uint32_t rounds);

namespace detail {
/// The two implementations, for tests and benchmarks that compare them.
void blake2b_compress_scalar(std::array<uint64_t, 8>& state, const Blake2bBlock& block, uint32_t rounds);
bool blake2b_has_avx2();
/// Only where blake2b_has_avx2().
void blake2b_compress_avx2(std::array<uint64_t, 8>& state, const Blake2bBlock& block, uint32_t rounds);
}  // namespace detail

}  // namespace warpevm
