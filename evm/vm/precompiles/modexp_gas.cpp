// SPDX-License-Identifier: Apache-2.0
// What MODEXP costs: EIP-198, EIP-2565 and EIP-7883. The lengths come from the caller, so nothing here may
// wrap.
#include <algorithm>

#include "evm/base/u256.hpp"
#include "evm/vm/precompiles/gas.hpp"
#include "evm/vm/precompiles/modexp_input.hpp"

namespace warpevm::precompiles {
namespace {

/// EIP-198's mult_complexity, floor divisions included.
U256 eip198_complexity(uint64_t length) {
    const U256 x = length, square = x * x;
    if (length <= 64) return square;
    if (length <= 1024) return (square >> 2) + x * U256{96} - U256{3072};
    return (square >> 4) + x * U256{480} - U256{199680};
}

U256 eip2565_complexity(uint64_t length) {
    const U256 words = length / 8 + (length % 8 != 0 ? 1 : 0);
    return words * words;
}

U256 eip7883_complexity(uint64_t length) {
    return length <= 32 ? U256{16} : eip2565_complexity(length) << 1;
}

struct ModexpPrice {
    Fork since;
    U256 (*complexity)(uint64_t length);
    uint64_t iterations_per_byte;
    uint64_t divisor;
    uint64_t minimum;
    uint64_t longest_operand;
};

constexpr uint64_t unlimited = ~0ULL;

constexpr ModexpPrice prices[] = {
#define WARPEVM_MODEXP_PRICE(since, complexity, per_byte, divisor, minimum, longest) \
    {Fork::since, complexity, per_byte, divisor, minimum, longest},
#include "evm/vm/precompiles/prices.def"
};

const ModexpPrice& price_under(Fork fork) {
    const ModexpPrice* found = prices;
    for (const ModexpPrice& price : prices)
        if (fork >= price.since) found = &price;
    return *found;
}

U256 saturating_mul(const U256& a, const U256& b) {
    return checked_mul(a, b).value_or(U256::max());
}
U256 saturating_add(const U256& a, const U256& b) {
    return checked_add(a, b).value_or(U256::max());
}

/// The exponent's bit length less one, where every byte after the first 32 counts the same, whatever it
/// holds.
U256 iterations(BytesView input, const ModexpLengths& lengths, uint64_t per_byte) {
    const unsigned head_bits = modexp_exponent_head(input, lengths).bit_length();
    U256 count = head_bits == 0 ? 0 : head_bits - 1;
    if (lengths.exponent > U256{32})
        count = saturating_add(count, saturating_mul(lengths.exponent - U256{32}, U256{per_byte}));
    return std::max(count, U256{1});
}

}  // namespace

uint64_t modexp_gas(BytesView input, Fork fork) {
    const ModexpPrice& price = price_under(fork);
    const ModexpLengths lengths = read_modexp_lengths(input);
    const U256 longest = std::max(lengths.base, lengths.modulus);
    if (price.longest_operand != unlimited &&
        std::max(longest, lengths.exponent) > U256{price.longest_operand})
        return ~0ULL;

    // A multiplication of 2^64 bytes costs more than 2^64 gas by each of the formulas.
    if (!longest.fits_u64()) return ~0ULL;
    const U256 work = saturating_mul(price.complexity(longest.limb[0]),
                                     iterations(input, lengths, price.iterations_per_byte));
    const U256 gas = price.divisor == 1 ? work : work / U256{price.divisor};
    return std::max(price.minimum, gas.saturated_u64());
}

uint64_t modexp_longest_operand(Fork fork) {
    return price_under(fork).longest_operand;
}

}  // namespace warpevm::precompiles
