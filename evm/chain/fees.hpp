// SPDX-License-Identifier: Apache-2.0
// What a block's gas and blob gas cost at least, as the parent decides it.
#pragma once

#include "evm/base/u256.hpp"
#include "evm/chain/block.hpp"
#include "evm/chain/fork.hpp"

namespace warpevm {

/// Blob gas of one blob (EIP-4844).
inline constexpr uint64_t gas_per_blob = 131072;
/// The base fee of London's first block: 1 gwei (EIP-1559).
inline constexpr uint64_t initial_base_fee = 1000000000;

struct BaseFeeParent {
    uint64_t gas_limit = 0;
    uint64_t gas_used = 0;
    U256 base_fee;
};
/// The base fee per gas in wei after a parent that has one (EIP-1559).
U256 next_base_fee(const BaseFeeParent& parent);
/// The base fee of a London block with this parent, which may be London's first.
U256 base_fee_after(const Header& parent);

/// Wei per blob gas (EIP-4844): e^(excess / fraction), at least 1. Saturates at 2^256-1.
U256 blob_base_fee(uint64_t excess_blob_gas, const BlobSchedule& schedule);

struct BlobParent {
    uint64_t excess_blob_gas = 0;
    uint64_t blob_gas_used = 0;
    U256 base_fee;
};
/// The excess blob gas of a block under `rules` (its own, not the parent's). EIP-4844, EIP-7691; from Osaka
/// on the reserve price of EIP-7918: where blobs cost less than execution, the target is not subtracted.
uint64_t next_excess_blob_gas(const BlobParent& parent, const Rules& rules);
/// The same from a header; one before Cancun counts as zeros.
uint64_t excess_blob_gas_after(const Header& parent, const Rules& rules);

}  // namespace warpevm
