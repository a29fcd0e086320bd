// SPDX-License-Identifier: Apache-2.0
// Contracts that only compute: a number of rounds over a start value, whose result is stored under the
// caller's address, so that no two callers meet.
#pragma once

#include "evm/base/bytes.hpp"
#include "evm/types/transaction.hpp"

namespace warpevm::workload {

/// Squares modulo the order of secp256k1's group, shifts and divides: about 82 gas a round.
Bytes arithmetic_code();
/// Keccak-256 over two words: about 90 gas a round.
Bytes hashing_code();

/// A call of either, with at least one round.
Transaction computation_call(const Address& contract, uint32_t rounds, uint64_t start);

}  // namespace warpevm::workload
