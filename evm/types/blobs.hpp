// SPDX-License-Identifier: Apache-2.0
// Blobs: how many a block holds, and what their gas costs.
#pragma once

#include "evm/base/u256.hpp"
#include "evm/types/fork.hpp"

namespace warpevm {

/// Blob gas of one blob (EIP-4844).
inline constexpr uint64_t gas_per_blob = 131072;
/// Blob parameters (EIP-4844, EIP-7691, EIP-7840, EIP-7892): blobs per block, and the base fee's update
/// fraction.
struct BlobSchedule {
    uint64_t target = 3;
    uint64_t max = 6;
    uint64_t base_fee_update_fraction = 3338477;
    bool operator==(const BlobSchedule&) const = default;
};
/// Mainnet's blob parameters in `fork`: zeros before Cancun; for BPO3 and BPO4, which it has not scheduled,
/// those of the reference tests; BPO5 repeats BPO4's.
BlobSchedule mainnet_blob_schedule(Fork fork);

/// Wei per blob gas (EIP-4844): e^(excess / fraction), at least 1. Saturates at 2^256-1.
U256 blob_base_fee(uint64_t excess_blob_gas, const BlobSchedule& schedule);

}  // namespace warpevm
