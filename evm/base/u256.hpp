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
constexpr Carried add_carry(const U256& a, const U256& b) {
    U256 r;
    unsigned __int128 c = 0;
    for (int i = 0; i < 4; ++i) {
        c += static_cast<unsigned __int128>(a.limb[i]) + b.limb[i];
        r.limb[i] = static_cast<uint64_t>(c);
        c >>= 64;
    }
    return {r, c != 0};
}
/// Difference and the borrow out of bit 255.
constexpr Carried sub_borrow(const U256& a, const U256& b) {
    U256 r;
    uint64_t borrow = 0;
    for (int i = 0; i < 4; ++i) {
        const unsigned __int128 d = static_cast<unsigned __int128>(a.limb[i]) - b.limb[i] - borrow;
        r.limb[i] = static_cast<uint64_t>(d);
        borrow = static_cast<uint64_t>(d >> 64) & 1;
    }
    return {r, borrow != 0};
}

constexpr U256 operator+(const U256& a, const U256& b) {
    return add_carry(a, b).value;
}
constexpr U256 operator-(const U256& a, const U256& b) {
    return sub_borrow(a, b).value;
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

/// Shifts by any amount; 256 and more give zero (EIP-145).
constexpr U256 operator<<(const U256& a, unsigned n) {
    if (n >= 256) return {};
    U256 r;
    const unsigned words = n / 64, bits = n % 64;
    for (unsigned i = 4; i-- > words;) {
        r.limb[i] = a.limb[i - words] << bits;
        if (bits != 0 && i > words) r.limb[i] |= a.limb[i - words - 1] >> (64 - bits);
    }
    return r;
}
constexpr U256 operator>>(const U256& a, unsigned n) {
    if (n >= 256) return {};
    U256 r;
    const unsigned words = n / 64, bits = n % 64;
    for (unsigned i = 0; i + words < 4; ++i) {
        r.limb[i] = a.limb[i + words] >> bits;
        if (bits != 0 && i + words + 1 < 4) r.limb[i] |= a.limb[i + words + 1] << (64 - bits);
    }
    return r;
}
/// Shift amounts as the EVM takes them from the stack.
constexpr U256 shl(const U256& a, const U256& n) {
    return n.fits_u64() && n.limb[0] < 256 ? a << static_cast<unsigned>(n.limb[0]) : U256{};
}
constexpr U256 shr(const U256& a, const U256& n) {
    return n.fits_u64() && n.limb[0] < 256 ? a >> static_cast<unsigned>(n.limb[0]) : U256{};
}
U256 sar(const U256& a, const U256& n);

U256 operator*(const U256& a, const U256& b);
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
U256 signextend(const U256& index, const U256& value);
/// Byte `index` counted from the most significant; zero for index 32 and above.
constexpr U256 byte(const U256& index, const U256& value) {
    if (!index.fits_u64() || index.limb[0] >= 32) return {};
    const auto i = static_cast<unsigned>(31 - index.limb[0]);
    return (value.limb[i / 8] >> (8 * (i % 8))) & 0xff;
}
constexpr bool slt(const U256& a, const U256& b) {
    return a.negative() != b.negative() ? a.negative() : a < b;
}
/// Leading zero bits, 256 for zero (EIP-7939).
constexpr unsigned clz(const U256& a) {
    return 256 - a.bit_length();
}

/// Saturating a * b and the full 512-bit product's high half being zero, for fee arithmetic that must not
/// wrap.
std::optional<U256> checked_mul(const U256& a, const U256& b);
constexpr std::optional<U256> checked_add(const U256& a, const U256& b) {
    const Carried c = add_carry(a, b);
    if (c.carry) return std::nullopt;
    return c.value;
}

/// Reads and writes 32 bytes, most significant first.
inline U256 load_be(const uint8_t* p) {
    U256 r;
    for (int i = 0; i < 4; ++i) r.limb[i] = __builtin_bswap64(load_u64(p + 24 - 8 * i));
    return r;
}
inline void store_be(uint8_t* p, const U256& a) {
    for (int i = 0; i < 4; ++i) {
        const uint64_t x = __builtin_bswap64(a.limb[i]);
        std::memcpy(p + 24 - 8 * i, &x, 8);
    }
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
    return mix64(a.limb[0] ^ mix64(a.limb[1] ^ mix64(a.limb[2] ^ mix64(a.limb[3]))));
}

}  // namespace warpevm

template <>
struct std::hash<warpevm::U256> {
    size_t operator()(const warpevm::U256& a) const noexcept { return warpevm::hash_value(a); }
};
