// SPDX-License-Identifier: Apache-2.0
// Byte strings, addresses and hashes: the plain value types that every room shares.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <span>
#include <type_traits>
#include <vector>

#include "evm/base/seeded_hash.hpp"

namespace warpevm {

using Bytes = std::vector<uint8_t>;
using BytesView = std::span<const uint8_t>;

inline uint64_t load_u64(const uint8_t* p) {
    uint64_t x = 0;
    std::memcpy(&x, p, sizeof x);
    return x;
}

/// 32 bytes, most significant first: a hash, a storage key as written, a topic.
struct Bytes32 {
    std::array<uint8_t, 32> bytes{};
    auto operator<=>(const Bytes32&) const = default;
    /// By words: a library call costs more than the comparison.
    constexpr bool operator==(const Bytes32& o) const {
        if (std::is_constant_evaluated()) return bytes == o.bytes;
        const uint8_t *a = bytes.data(), *b = o.bytes.data();
        return ((load_u64(a) ^ load_u64(b)) | (load_u64(a + 8) ^ load_u64(b + 8)) |
                (load_u64(a + 16) ^ load_u64(b + 16)) | (load_u64(a + 24) ^ load_u64(b + 24))) == 0;
    }
    [[nodiscard]] bool is_zero() const { return *this == Bytes32{}; }
    operator BytesView() const { return bytes; }  // NOLINT(google-explicit-constructor)
};
using Hash = Bytes32;

/// A 20-byte account address.
struct Address {
    std::array<uint8_t, 20> bytes{};
    auto operator<=>(const Address&) const = default;
    constexpr bool operator==(const Address& o) const {
        if (std::is_constant_evaluated()) return bytes == o.bytes;
        const uint8_t *a = bytes.data(), *b = o.bytes.data();
        return ((load_u64(a) ^ load_u64(b)) | (load_u64(a + 8) ^ load_u64(b + 8)) |
                (load_u64(a + 12) ^ load_u64(b + 12))) == 0;
    }
    [[nodiscard]] bool is_zero() const { return *this == Address{}; }
    operator BytesView() const { return bytes; }  // NOLINT(google-explicit-constructor)

    /// The address whose last bytes are `low` (precompiles, system contracts in tests).
    static constexpr Address from_low(uint64_t low) {
        Address a;
        for (size_t i = 0; i < 8; ++i) a.bytes[19 - i] = static_cast<uint8_t>(low >> (8 * i));
        return a;
    }
};

/// keccak256 of the empty string: the code hash of an account without code (Yellow Paper 4.1).
inline constexpr Hash empty_code_hash{{0xc5, 0xd2, 0x46, 0x01, 0x86, 0xf7, 0x23, 0x3c, 0x92, 0x7e, 0x7d,
                                       0xb2, 0xdc, 0xc7, 0x03, 0xc0, 0xe5, 0x00, 0xb6, 0x53, 0xca, 0x82,
                                       0x27, 0x3b, 0x7b, 0xfa, 0xd8, 0x04, 0x5d, 0x85, 0xa4, 0x70}};

inline void append(Bytes& to, BytesView more) {
    to.insert(to.end(), more.begin(), more.end());
}
inline bool equal(BytesView a, BytesView b) {
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}

/// Mixes 64 bits so that every input bit reaches every output bit (for numbers that look random, not for
/// tables whose keys somebody else chooses).
inline uint64_t mix64(uint64_t x) {
    x ^= x >> 32;
    x *= 0xd6e8feb86659fd93ULL;
    x ^= x >> 32;
    x *= 0xd6e8feb86659fd93ULL;
    x ^= x >> 32;
    return x;
}

inline size_t hash_value(const Address& a) {
    const uint8_t* p = a.bytes.data();
    uint32_t tail = 0;
    std::memcpy(&tail, p + 16, 4);
    return hash_seed(load_u64(p), load_u64(p + 8), tail);
}
inline size_t hash_value(const Bytes32& b) {
    const uint8_t* p = b.bytes.data();
    return hash_seed(load_u64(p), load_u64(p + 8), load_u64(p + 16), load_u64(p + 24));
}

}  // namespace warpevm

template <>
struct std::hash<warpevm::Address> {
    size_t operator()(const warpevm::Address& a) const noexcept { return warpevm::hash_value(a); }
};
template <>
struct std::hash<warpevm::Bytes32> {
    size_t operator()(const warpevm::Bytes32& b) const noexcept { return warpevm::hash_value(b); }
};
