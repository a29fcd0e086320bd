// SPDX-License-Identifier: Apache-2.0
// The price functions of the precompiles, over the rows of prices.def.
#pragma once

#include <array>
#include <cstdint>
#include <iterator>

#include "evm/base/bytes.hpp"
#include "evm/types/fork.hpp"

namespace warpevm::precompiles {

enum class Id : uint8_t {
#define WARPEVM_PRECOMPILE(address, since, id, gas, name) id,
#include "evm/vm/precompiles/precompiles.def"
#undef WARPEVM_PRECOMPILE
};

enum class Rounding : uint8_t { down, up };

/// gas = base + per_unit * (input size / unit_bytes)
struct LinearPrice {
    Id id;
    Fork since;
    uint32_t base;
    uint32_t per_unit;
    uint32_t unit_bytes;
    Rounding rounding;
};

inline constexpr LinearPrice linear_prices[] = {
#define WARPEVM_LINEAR_PRICE(id, since, base, per_unit, unit_bytes, rounding) \
    {Id::id, Fork::since, base, per_unit, unit_bytes, Rounding::rounding},
#include "evm/vm/precompiles/prices.def"
};

inline constexpr size_t no_row = std::size(linear_prices);

/// The index of the last row of this precompile that is not later than `fork`; of its first row where there
/// is none; no_row without rows. (An index and not a pointer: GCC's sanitizers don't compare pointers to
/// constants with null.)
template <Id id>
constexpr size_t linear_price(Fork fork) {
    size_t found = no_row;
    for (size_t i = 0; i < no_row; ++i)
        if (linear_prices[i].id == id && (found == no_row || fork >= linear_prices[i].since)) found = i;
    return found;
}

/// The rows of one precompile, spread over the forks.
template <Id id>
inline constexpr auto prices_by_fork = [] {
    static_assert(linear_price<id>(Fork::frontier) != no_row, "prices.def lacks this precompile");
    std::array<LinearPrice, fork_count> prices{};
    for (size_t i = 0; i < prices.size(); ++i)
        prices[i] = linear_prices[linear_price<id>(static_cast<Fork>(i))];
    return prices;
}();

template <Id id>
uint64_t linear_gas(BytesView input, Fork fork) {
    const LinearPrice& price = prices_by_fork<id>[static_cast<size_t>(fork)];
    const size_t extra = price.rounding == Rounding::up ? price.unit_bytes - 1 : 0;
    return price.base + price.per_unit * uint64_t{(input.size() + extra) / price.unit_bytes};
}

/// EIP-198 in Byzantium, EIP-2565 in Berlin, EIP-7883 in Osaka; 2^64-1 for operands that EIP-7823 forbids.
uint64_t modexp_gas(BytesView input, Fork fork);
/// How many bytes an operand of MODEXP may have (EIP-7823), 2^64-1 where there is no limit.
uint64_t modexp_longest_operand(Fork fork);
/// Gas per round (EIP-152); zero for an input of the wrong length, which fails.
uint64_t blake2f_gas(BytesView input, Fork fork);
/// EIP-2537; an incomplete pair is not counted, as such an input fails.
uint64_t bls12_g1msm_gas(BytesView input, Fork fork);
uint64_t bls12_g2msm_gas(BytesView input, Fork fork);

}  // namespace warpevm::precompiles
