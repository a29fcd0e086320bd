// SPDX-License-Identifier: Apache-2.0
// What the parent decides of a block's fees: its base fee and its excess blob gas.
#pragma once

#include "evm/base/u256.hpp"
#include "evm/types/block.hpp"
#include "evm/types/rules.hpp"

namespace warpevm {

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
