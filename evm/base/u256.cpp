// SPDX-License-Identifier: Apache-2.0
// The 256-bit operations that are too long to inline, division aside (u256_divide.cpp).
#include "evm/base/u256.hpp"

#include <algorithm>

namespace warpevm {
namespace {

using u128 = unsigned __int128;

/// The largest power of ten in one limb, and its exponent.
constexpr uint64_t decimal_chunk = 10'000'000'000'000'000'000ULL;
constexpr size_t decimal_chunk_digits = 19;

}  // namespace

U256 operator*(const U256& a, const U256& b) {
    U256 r;
    for (size_t i = 0; i < 4; ++i) {
        uint64_t carry = 0;
        for (size_t j = 0; i + j < 4; ++j) {
            const u128 t = static_cast<u128>(a.limb[i]) * b.limb[j] + r.limb[i + j] + carry;
            r.limb[i + j] = static_cast<uint64_t>(t);
            carry = static_cast<uint64_t>(t >> 64);
        }
    }
    return r;
}

U256 sar(const U256& a, const U256& n) {
    return a.negative() ? ~shr(~a, n) : shr(a, n);
}

U256 exp(const U256& base, const U256& exponent) {
    U256 r = 1;
    for (unsigned i = exponent.bit_length(); i-- > 0;) {
        r = r * r;
        if (exponent.bit(i)) r = r * base;
    }
    return r;
}

U256 signextend(const U256& index, const U256& value) {
    if (!index.fits_u64() || index.limb[0] >= 31) return value;
    const auto sign = static_cast<unsigned>(8 * index.limb[0] + 7);
    const U256 above = U256::max() << sign;
    return value.bit(sign) ? value | above : value & ~above;
}

std::optional<U256> checked_mul(const U256& a, const U256& b) {
    U256 r;
    uint64_t lost = 0;
    for (size_t i = 0; i < 4; ++i) {
        uint64_t carry = 0;
        for (size_t j = 0; j < 4; ++j) {
            const u128 product = static_cast<u128>(a.limb[i]) * b.limb[j];
            if (i + j >= 4) {
                lost |= static_cast<uint64_t>(product) | static_cast<uint64_t>(product >> 64);
                continue;
            }
            const u128 t = product + r.limb[i + j] + carry;
            r.limb[i + j] = static_cast<uint64_t>(t);
            carry = static_cast<uint64_t>(t >> 64);
        }
        lost |= carry;  // carries out of limb 3: the inner loop ends its kept part there
    }
    if (lost != 0) return std::nullopt;
    return r;
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

}  // namespace warpevm
