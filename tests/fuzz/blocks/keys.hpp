// SPDX-License-Identifier: Apache-2.0
// The accounts that sign: keys 1, 2, 3 and so on.
#pragma once

#include "evm/types/transaction.hpp"

namespace warpevm::fuzz {

/// The address of the private key `key`.
Address address_of_key(uint64_t key);
/// `high_s`: the other form of the same signature, which EIP-2 forbids.
void sign(Transaction& tx, uint64_t key, bool high_s = false);
/// EIP-7702.
void sign(Authorization& authorization, uint64_t key);

}  // namespace warpevm::fuzz
