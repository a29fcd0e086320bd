// SPDX-License-Identifier: Apache-2.0
// The 256-bit operations that are too long to inline, division aside (u256_divide.cpp).
#include "evm/base/u256.hpp"

#include <algorithm>

namespace warpevm {
namespace {

/// The largest power of ten in one limb, and its exponent.
constexpr uint64_t decimal_chunk = 10'000'000'000'000'000'000ULL;
constexpr size_t decimal_chunk_digits = 19;

/// Exponents of more bits repay the table of exp_windows.
constexpr unsigned binary_limit = 24;

/// Needs a != 0.
unsigned trailing_zeros(const U256& a) {
    unsigned i = 0;
    while (a.limb[i] == 0) ++i;
    return 64 * i + static_cast<unsigned>(std::countr_zero(a.limb[i]));
}

/// Square and multiply from the top bit, for exponents of few bits; needs exponent != 0.
U256 exp_binary(const U256& base, uint64_t exponent) {
    U256 r = base;
    for (int i = 62 - std::countl_zero(exponent); i >= 0; --i) {
        r = r * r;
        if (exponent >> i & 1) r = r * base;
    }
    return r;
}

/// Four bits of the exponent at a time, multiplying always: bits that predict badly cost more than products.
U256 exp_windows(const U256& base, const U256& exponent) {
    U256 powers[16] = {1, base};
    for (size_t i = 2; i < 16; ++i) powers[i] = powers[i - 1] * base;
    const auto digit = [&](unsigned i) { return exponent.limb[i / 16] >> (4 * (i % 16)) & 15; };
    unsigned i = (exponent.bit_length() - 1) / 4;
    U256 r = powers[digit(i)];
    while (i-- > 0) {
        for (int k = 0; k < 4; ++k) r = r * r;
        r = r * powers[digit(i)];
    }
    return r;
}

}  // namespace

U256 exp(const U256& base, const U256& exponent) {
    if (exponent.is_zero()) return 1;
    if (base.is_zero()) return {};
    if (!(base.limb[0] & 1)) {
        // The power has exponent times as many trailing zeros as the base: often all of 256, and a power of
        // two is nothing but its zeros.
        const unsigned zeros = trailing_zeros(base);
        if (zeros * std::min<uint64_t>(exponent.saturated_u64(), 256) >= 256) return {};
        if (base == U256{1} << zeros) return U256{1} << zeros * exponent.limb[0];
    }
    return exponent.bit_length() <= binary_limit ? exp_binary(base, exponent.limb[0])
                                                 : exp_windows(base, exponent);
}

std::optional<U256> checked_mul(const U256& a, const U256& b) {
    uint64_t wide[8];
    limbs::mul_wide(wide, a.limb, b.limb);
    if ((wide[4] | wide[5] | wide[6] | wide[7]) != 0) return std::nullopt;
    return U256{wide[0], wide[1], wide[2], wide[3]};
}

U256 load_be_short(BytesView b) {
    uint8_t word[32] = {};
    const size_t size = std::min<size_t>(b.size(), 32);
    if (size != 0) std::memcpy(word + 32 - size, b.data(), size);
    return load_be(word);
}

std::string to_decimal(const U256& a) {
    std::string reversed;
    U256 rest = a;
    while (!rest.fits_u64()) {
        const Divided d = divide(rest, decimal_chunk);
        rest = d.quotient;
        uint64_t chunk = d.remainder.limb[0];
        for (size_t i = 0; i < decimal_chunk_digits; ++i, chunk /= 10)
            reversed += static_cast<char>('0' + chunk % 10);
    }
    uint64_t top = rest.limb[0];
    do reversed += static_cast<char>('0' + top % 10);
    while ((top /= 10) != 0);
    return {reversed.rbegin(), reversed.rend()};
}

std::optional<U256> from_decimal(std::string_view s) {
    if (s.empty()) return std::nullopt;
    U256 r;
    for (const char c : s) {
        if (c < '0' || c > '9') return std::nullopt;
        const std::optional<U256> tens = checked_mul(r, 10);
        if (!tens) return std::nullopt;
        const std::optional<U256> sum = checked_add(*tens, static_cast<uint64_t>(c - '0'));
        if (!sum) return std::nullopt;
        r = *sum;
    }
    return r;
}

U256 mul_div(const U256& a, uint64_t b, const U256& c) {
    const auto whole = checked_mul(a / c, b);
    if (!whole) return U256::max();
    // The remainder is below c: its product with b fits.
    return checked_add(*whole, a % c * b / c).value_or(U256::max());
}

}  // namespace warpevm
