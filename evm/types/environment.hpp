// SPDX-License-Identifier: Apache-2.0
// What a block tells its transactions.
#pragma once

#include <optional>

#include "evm/base/bytes.hpp"
#include "evm/base/u256.hpp"
#include "evm/types/blobs.hpp"

namespace warpevm {

/// What a block tells its transactions (Yellow Paper 9.3, the I_H part).
struct BlockEnvironment {
    uint64_t number = 0;
    uint64_t timestamp = 0;
    uint64_t gas_limit = 0;
    Address beneficiary;
    /// Before London zero.
    U256 base_fee;
    /// Difficulty before Paris, prevRandao from Paris on (EIP-4399).
    U256 difficulty_or_randao;
    uint64_t excess_blob_gas = 0;
    Hash parent_hash;
    /// EIP-4788; absent: no system call is made for it.
    std::optional<Hash> parent_beacon_block_root;
    /// Wei per blob gas in place of what follows from the excess; no block has it, only simulated calls do.
    std::optional<U256> given_blob_base_fee{};
};

/// Wei per blob gas in such a block (EIP-4844), from Cancun on.
inline U256 blob_base_fee(const BlockEnvironment& block, const BlobSchedule& schedule) {
    return block.given_blob_base_fee ? *block.given_blob_base_fee
                                     : blob_base_fee(block.excess_blob_gas, schedule);
}

}  // namespace warpevm
