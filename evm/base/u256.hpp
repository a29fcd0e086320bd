// SPDX-License-Identifier: Apache-2.0
// 256-bit unsigned integers, the machine word of the EVM (Yellow Paper 9.1), for the CPU.
// The device has an implementation of its own, on purpose: comparing backends then compares two programs.
#pragma once

#include <bit>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "evm/base/bytes.hpp"
#include "evm/base/limbs.hpp"

namespace warpevm {

/// Little-endian limbs: limb[0] holds bits 0 to 63. All arithmetic wraps modulo 2^256.
struct U256 {
    uint64_t limb[4]{};

    constexpr U256() = default;
    constexpr U256(uint64_t low) : limb{low, 0, 0, 0} {}  // NOLINT(google-explicit-constructor)
    constexpr U256(uint64_t l0, uint64_t l1, uint64_t l2, uint64_t l3) : limb{l0, l1, l2, l3} {}

    static constexpr U256 max() { return {~0ULL, ~0ULL, ~0ULL, ~0ULL}; }

    constexpr bool operator==(const U256& o) const {
        return ((limb[0] ^ o.limb[0]) | (limb[1] ^ o.limb[1]) | (limb[2] ^ o.limb[2]) |
                (limb[3] ^ o.limb[3])) == 0;
    }
    constexpr std::strong_ordering operator<=>(const U256& o) const {
        for (int i = 3; i >= 0; --i)
            if (limb[i] != o.limb[i]) return limb[i] <=> o.limb[i];
        return std::strong_ordering::equal;
    }
    [[nodiscard]] constexpr bool is_zero() const { return (limb[0] | limb[1] | limb[2] | limb[3]) == 0; }
    explicit constexpr operator bool() const { return !is_zero(); }
    [[nodiscard]] constexpr bool fits_u64() const { return (limb[1] | limb[2] | limb[3]) == 0; }
    /// The value, or 2^64-1 where it is larger.
    [[nodiscard]] constexpr uint64_t saturated_u64() const { return fits_u64() ? limb[0] : ~0ULL; }
    [[nodiscard]] constexpr bool bit(unsigned n) const { return (limb[n / 64] >> (n % 64)) & 1; }
    [[nodiscard]] constexpr bool negative() const { return (limb[3] >> 63) != 0; }
    /// Number of significant bits: 0 for zero, 256 for 2^255 and above.
    [[nodiscard]] constexpr unsigned bit_length() const {
        for (int i = 3; i >= 0; --i)
            if (limb[i] != 0) return static_cast<unsigned>(64 * i + 64 - std::countl_zero(limb[i]));
        return 0;
    }
    [[nodiscard]] constexpr unsigned byte_length() const { return (bit_length() + 7) / 8; }
};

/// Sum and the carry out of bit 255.
struct Carried {
    U256 value;
    bool carry;
};
constexpr Carried add_carry(U256 a, const U256& b) {
    const bool carry = limbs::add(a.limb, b.limb);
    return {a, carry};
}
/// Difference and the borrow out of bit 255.
constexpr Carried sub_borrow(U256 a, const U256& b) {
    const bool borrow = limbs::sub(a.limb, b.limb);
    return {a, borrow};
}

constexpr bool operator<(const U256& a, const U256& b) {
    return limbs::less(a.limb, b.limb);
}
constexpr bool operator>(const U256& a, const U256& b) {
    return b < a;
}
constexpr bool operator<=(const U256& a, const U256& b) {
    return !(b < a);
}
constexpr bool operator>=(const U256& a, const U256& b) {
    return !(a < b);
}

constexpr U256 operator+(U256 a, const U256& b) {
    limbs::add(a.limb, b.limb);
    return a;
}
constexpr U256 operator-(U256 a, const U256& b) {
    limbs::sub(a.limb, b.limb);
    return a;
}
constexpr U256 operator*(const U256& a, const U256& b) {
    U256 r;
    limbs::mul(r.limb, a.limb, b.limb);
    return r;
}
constexpr U256 operator-(const U256& a) {
    return U256{} - a;
}
constexpr U256 operator~(const U256& a) {
    return {~a.limb[0], ~a.limb[1], ~a.limb[2], ~a.limb[3]};
}
constexpr U256 operator&(const U256& a, const U256& b) {
    return {a.limb[0] & b.limb[0], a.limb[1] & b.limb[1], a.limb[2] & b.limb[2], a.limb[3] & b.limb[3]};
}
constexpr U256 operator|(const U256& a, const U256& b) {
    return {a.limb[0] | b.limb[0], a.limb[1] | b.limb[1], a.limb[2] | b.limb[2], a.limb[3] | b.limb[3]};
}
constexpr U256 operator^(const U256& a, const U256& b) {
    return {a.limb[0] ^ b.limb[0], a.limb[1] ^ b.limb[1], a.limb[2] ^ b.limb[2], a.limb[3] ^ b.limb[3]};
}
constexpr U256& operator+=(U256& a, const U256& b) {
    return a = a + b;
}
constexpr U256& operator-=(U256& a, const U256& b) {
    return a = a - b;
}

/// Shifts by any amount; 256 and more give zero (EIP-145). Whole limbs move by two selections, not by
/// branches, and stay in registers.
constexpr U256 operator<<(const U256& a, uint64_t n) {
    if (n >= 256) return {};
    const bool by_2 = (n & 128) != 0;
    const bool by_1 = (n & 64) != 0;
    const auto bits = static_cast<unsigned>(n % 64);
    const uint64_t x0 = limbs::select(by_2, 0, a.limb[0]);
    const uint64_t x1 = limbs::select(by_2, 0, a.limb[1]);
    const uint64_t x2 = limbs::select(by_2, a.limb[0], a.limb[2]);
    const uint64_t x3 = limbs::select(by_2, a.limb[1], a.limb[3]);
    const uint64_t y0 = limbs::select(by_1, 0, x0);
    const uint64_t y1 = limbs::select(by_1, x0, x1);
    const uint64_t y2 = limbs::select(by_1, x1, x2);
    const uint64_t y3 = limbs::select(by_1, x2, x3);
    return {y0 << bits, limbs::shift_left(y1, y0, bits), limbs::shift_left(y2, y1, bits),
            limbs::shift_left(y3, y2, bits)};
}
/// Shifts right by n < 256, with `fill` for the limbs above.
constexpr U256 shift_right_filled(const U256& a, uint64_t n, uint64_t fill) {
    const bool by_2 = (n & 128) != 0;
    const bool by_1 = (n & 64) != 0;
    const auto bits = static_cast<unsigned>(n % 64);
    const uint64_t x0 = limbs::select(by_2, a.limb[2], a.limb[0]);
    const uint64_t x1 = limbs::select(by_2, a.limb[3], a.limb[1]);
    const uint64_t x2 = limbs::select(by_2, fill, a.limb[2]);
    const uint64_t x3 = limbs::select(by_2, fill, a.limb[3]);
    const uint64_t y0 = limbs::select(by_1, x1, x0);
    const uint64_t y1 = limbs::select(by_1, x2, x1);
    const uint64_t y2 = limbs::select(by_1, x3, x2);
    const uint64_t y3 = limbs::select(by_1, fill, x3);
    return {limbs::shift_right(y1, y0, bits), limbs::shift_right(y2, y1, bits),
            limbs::shift_right(y3, y2, bits), limbs::shift_right(fill, y3, bits)};
}
constexpr U256 operator>>(const U256& a, uint64_t n) {
    return n >= 256 ? U256{} : shift_right_filled(a, n, 0);
}
/// Shift amounts as the EVM takes them from the stack.
constexpr U256 shl(const U256& a, const U256& n) {
    return a << n.saturated_u64();
}
constexpr U256 shr(const U256& a, const U256& n) {
    return a >> n.saturated_u64();
}
constexpr U256 sar(const U256& a, const U256& n) {
    const uint64_t fill = a.negative() ? ~0ULL : 0;
    return n < U256{256} ? shift_right_filled(a, n.limb[0], fill) : U256{fill, fill, fill, fill};
}

/// Quotient and remainder; both zero where the divisor is zero, as DIV and MOD define it.
struct Divided {
    U256 quotient;
    U256 remainder;
};
Divided divide(const U256& a, const U256& b);
U256 operator/(const U256& a, const U256& b);
U256 operator%(const U256& a, const U256& b);
/// Two's complement division truncating toward zero; sdiv(-2^255, -1) = -2^255 (Yellow Paper H.2).
U256 sdiv(const U256& a, const U256& b);
/// The remainder takes the dividend's sign.
U256 smod(const U256& a, const U256& b);
/// (a + b) mod m and (a * b) mod m without wrapping in between; zero where m is zero.
U256 addmod(const U256& a, const U256& b, const U256& m);
U256 mulmod(const U256& a, const U256& b, const U256& m);
/// base^exponent mod 2^256.
U256 exp(const U256& base, const U256& exponent);
/// Extends the sign from byte `index` (0 = least significant); unchanged for index 31 and above.
constexpr U256 signextend(const U256& index, const U256& value) {
    if (!index.fits_u64() || index.limb[0] >= 31) return value;
    // Only one limb is shifted; those above it are copies of the sign.
    const auto limb = static_cast<unsigned>(index.limb[0] / 8);
    const unsigned unused = 56 - 8 * static_cast<unsigned>(index.limb[0] % 8);
    const auto extended = static_cast<int64_t>(value.limb[limb] << unused) >> unused;
    const auto fill = static_cast<uint64_t>(extended >> 63);
    const auto e = static_cast<uint64_t>(extended);
    return {limb == 0 ? e : value.limb[0],
            limb == 1  ? e
            : limb < 1 ? fill
                       : value.limb[1],
            limb == 2  ? e
            : limb < 2 ? fill
                       : value.limb[2],
            limb == 3 ? e : fill};
}
/// Byte `index` counted from the most significant; zero for index 32 and above.
constexpr U256 byte(const U256& index, const U256& value) {
    if (!index.fits_u64() || index.limb[0] >= 32) return {};
    const auto i = static_cast<unsigned>(31 - index.limb[0]);
    return (value.limb[i / 8] >> (8 * (i % 8))) & 0xff;
}
/// Two's complement comparison: flipping the signs maps it to the unsigned one.
constexpr bool slt(U256 a, U256 b) {
    a.limb[3] ^= 1ULL << 63;
    b.limb[3] ^= 1ULL << 63;
    return a < b;
}
/// Leading zero bits, 256 for zero (EIP-7939).
constexpr unsigned clz(const U256& a) {
    return 256 - a.bit_length();
}

/// Nothing where the product exceeds 256 bits: for fee arithmetic, which must not wrap.
std::optional<U256> checked_mul(const U256& a, const U256& b);
constexpr std::optional<U256> checked_mul(const U256& a, uint64_t b) {
    U256 product;
    uint64_t carry = 0;
    for (int i = 0; i < 4; ++i) {
        const limbs::u128 sum = limbs::wide_mul(a.limb[i], b) + carry;
        product.limb[i] = limbs::low(sum);
        carry = limbs::high(sum);
    }
    return carry == 0 ? std::optional(product) : std::nullopt;
}
/// a * b / c rounded down without wrapping in between; 2^256-1 where the result is larger. c is neither zero
/// nor above 2^192.
U256 mul_div(const U256& a, uint64_t b, const U256& c);
constexpr std::optional<U256> checked_add(const U256& a, const U256& b) {
    const Carried c = add_carry(a, b);
    if (c.carry) return std::nullopt;
    return c.value;
}

/// Reads and writes 32 bytes, most significant first.
inline U256 load_be(const uint8_t* p) {
    return {__builtin_bswap64(load_u64(p + 24)), __builtin_bswap64(load_u64(p + 16)),
            __builtin_bswap64(load_u64(p + 8)), __builtin_bswap64(load_u64(p))};
}
inline void store_be(uint8_t* p, const U256& a) {
    const uint64_t x[4] = {__builtin_bswap64(a.limb[3]), __builtin_bswap64(a.limb[2]),
                           __builtin_bswap64(a.limb[1]), __builtin_bswap64(a.limb[0])};
    std::memcpy(p, &x[0], 8);
    std::memcpy(p + 8, &x[1], 8);
    std::memcpy(p + 16, &x[2], 8);
    std::memcpy(p + 24, &x[3], 8);
}
/// Reads at most 32 bytes, most significant first.
U256 load_be_short(BytesView b);
inline Bytes32 to_bytes32(const U256& a) {
    Bytes32 b;
    store_be(b.bytes.data(), a);
    return b;
}
inline U256 to_u256(const Bytes32& b) {
    return load_be(b.bytes.data());
}
inline U256 to_u256(const Address& a) {
    uint8_t b[32] = {};
    std::memcpy(b + 12, a.bytes.data(), 20);
    return load_be(b);
}
/// The low 160 bits.
inline Address to_address(const U256& a) {
    const Bytes32 b = to_bytes32(a);
    Address r;
    std::memcpy(r.bytes.data(), b.bytes.data() + 12, 20);
    return r;
}

std::string to_decimal(const U256& a);
std::optional<U256> from_decimal(std::string_view s);

inline size_t hash_value(const U256& a) {
    return hash_seed(a.limb[0], a.limb[1], a.limb[2], a.limb[3]);
}

}  // namespace warpevm

template <>
struct std::hash<warpevm::U256> {
    size_t operator()(const warpevm::U256& a) const noexcept { return warpevm::hash_value(a); }
};
