// SPDX-License-Identifier: Apache-2.0
#include "evm/chain/fees.hpp"

#include <algorithm>

namespace warpevm {
namespace {

/// Of EIP-7918: what a blob costs in execution gas.
constexpr uint64_t blob_base_cost = 8192;

/// a * b / c rounded down without wrapping in between; 2^256-1 where the result is larger. c is not zero.
U256 scale(const U256& a, uint64_t b, const U256& c) {
    const auto whole = checked_mul(a / c, b);
    if (!whole) return U256::max();
    // The remainder is below c, and c here below 2^128: its product with b fits.
    return checked_add(*whole, a % c * b / c).value_or(U256::max());
}

}  // namespace

U256 next_base_fee(const BaseFeeParent& parent) {
    const uint64_t target = parent.gas_limit / 2;
    if (parent.gas_used == target || target == 0) return parent.base_fee;
    if (parent.gas_used > target) {
        const U256 rise = scale(parent.base_fee, parent.gas_used - target, target) >> 3;
        return checked_add(parent.base_fee, std::max(rise, U256{1})).value_or(U256::max());
    }
    return parent.base_fee - (scale(parent.base_fee, target - parent.gas_used, target) >> 3);
}

U256 base_fee_after(const Header& parent) {
    if (!parent.base_fee_per_gas) return initial_base_fee;
    return next_base_fee({parent.gas_limit, parent.gas_used, *parent.base_fee_per_gas});
}

U256 blob_base_fee(uint64_t excess_blob_gas, const BlobSchedule& schedule) {
    const U256 fraction = std::max<uint64_t>(schedule.base_fee_update_fraction, 1);
    // Taylor's series of e^x, its terms scaled by `fraction` (EIP-4844's fake_exponential with a minimum of 1
    // wei).
    U256 sum, term = fraction;
    for (uint64_t i = 1; !term.is_zero(); ++i) {
        const auto next = checked_add(sum, term);
        if (!next) return U256::max();
        sum = *next;
        term = scale(term, excess_blob_gas, fraction * i);
        if (term == U256::max()) return term;
    }
    return sum / fraction;
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
                scale(parent.blob_gas_used, rules.blobs.max - rules.blobs.target, rules.blobs.max);
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
