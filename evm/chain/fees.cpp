// SPDX-License-Identifier: Apache-2.0
#include "evm/chain/fees.hpp"

#include <algorithm>

namespace warpevm {
namespace {

/// Of EIP-7918: what a blob costs in execution gas.
constexpr uint64_t blob_base_cost = 8192;

}  // namespace

U256 next_base_fee(const BaseFeeParent& parent) {
    const uint64_t target = parent.gas_limit / 2;
    if (parent.gas_used == target || target == 0) return parent.base_fee;
    if (parent.gas_used > target) {
        const U256 rise = mul_div(parent.base_fee, parent.gas_used - target, target) >> 3;
        return checked_add(parent.base_fee, std::max(rise, U256{1})).value_or(U256::max());
    }
    return parent.base_fee - (mul_div(parent.base_fee, target - parent.gas_used, target) >> 3);
}

U256 base_fee_after(const Header& parent) {
    if (!parent.base_fee_per_gas) return initial_base_fee;
    return next_base_fee({parent.gas_limit, parent.gas_used, *parent.base_fee_per_gas});
}

uint64_t next_excess_blob_gas(const BlobParent& parent, const Rules& rules) {
    const uint64_t target = rules.blobs.target * gas_per_blob;
    const U256 total = U256{parent.excess_blob_gas} + parent.blob_gas_used;
    if (total < target) return 0;
    if (rules.at_least(Fork::osaka)) {
        const U256 execution = checked_mul(parent.base_fee, blob_base_cost).value_or(U256::max());
        const U256 blob = checked_mul(blob_base_fee(parent.excess_blob_gas, rules.blobs), gas_per_blob)
                              .value_or(U256::max());
        if (execution > blob && rules.blobs.max != 0) {
            const U256 share =
                mul_div(parent.blob_gas_used, rules.blobs.max - rules.blobs.target, rules.blobs.max);
            return (share + parent.excess_blob_gas).saturated_u64();
        }
    }
    return (total - target).saturated_u64();
}

uint64_t excess_blob_gas_after(const Header& parent, const Rules& rules) {
    return next_excess_blob_gas({parent.excess_blob_gas.value_or(0), parent.blob_gas_used.value_or(0),
                                 parent.base_fee_per_gas.value_or(U256{})},
                                rules);
}

}  // namespace warpevm
