// SPDX-License-Identifier: Apache-2.0
// Prices that are more than a line: multi-scalar multiplication and BLAKE2F.
#include "evm/vm/precompiles/gas.hpp"

#include <algorithm>

#include "evm/vm/precompiles/blake2f_input.hpp"
#include "evm/vm/precompiles/msm_discounts.hpp"

namespace warpevm::precompiles {
namespace {

struct MsmPrice {
    uint64_t multiplication;
    size_t pair_bytes;
};

#define WARPEVM_MSM_PRICE(group, multiplication, pair_bytes) \
    constexpr MsmPrice group##_msm_price{multiplication, pair_bytes};
#define WARPEVM_BLAKE2F_PRICE(round) constexpr uint64_t blake2f_round_gas = round;
#include "evm/vm/precompiles/prices.def"

uint64_t msm_gas(size_t input_bytes, const MsmPrice& price, const MsmDiscounts& discounts) {
    const size_t pairs = input_bytes / price.pair_bytes;
    if (pairs == 0) return 0;
    const uint64_t discount = discounts[std::min(pairs, discounts.size()) - 1];
    return pairs * price.multiplication * discount / 1000;
}

}  // namespace

uint64_t blake2f_gas(BytesView input, Fork) {
    if (input.size() != blake2f_input_size) return 0;
    return blake2f_round_gas * read_blake2f_rounds(input);
}

uint64_t bls12_g1msm_gas(BytesView input, Fork) {
    return msm_gas(input.size(), g1_msm_price, g1_msm_discounts);
}
uint64_t bls12_g2msm_gas(BytesView input, Fork) {
    return msm_gas(input.size(), g2_msm_price, g2_msm_discounts);
}

}  // namespace warpevm::precompiles
