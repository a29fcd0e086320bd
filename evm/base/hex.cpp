// SPDX-License-Identifier: Apache-2.0
// Reading and writing hexadecimal through two 256-entry tables.
#include "evm/base/hex.hpp"

#include <algorithm>
#include <array>

namespace warpevm {
namespace {

constexpr char digits[] = "0123456789abcdef";
constexpr uint8_t no_digit = 0xff;

/// The value of each character as a digit, or `no_digit`.
constexpr std::array<uint8_t, 256> values = [] {
    std::array<uint8_t, 256> v{};
    v.fill(no_digit);
    for (uint8_t i = 0; i < 10; ++i) v[static_cast<size_t>('0' + i)] = i;
    for (uint8_t i = 0; i < 6; ++i) {
        v[static_cast<size_t>('a' + i)] = static_cast<uint8_t>(10 + i);
        v[static_cast<size_t>('A' + i)] = static_cast<uint8_t>(10 + i);
    }
    return v;
}();

constexpr uint8_t value(char c) {
    return values[static_cast<uint8_t>(c)];
}

bool has_prefix(std::string_view s) {
    return s.starts_with("0x") || s.starts_with("0X");
}

std::string_view without_prefix(std::string_view s) {
    return has_prefix(s) ? s.substr(2) : s;
}

/// Reads `pairs` into `to`, which holds half as many bytes; false where a digit is wrong.
bool read_pairs(std::string_view pairs, uint8_t* to) {
    uint8_t wrong = 0;
    for (size_t i = 0; i + 1 < pairs.size(); i += 2) {
        const uint8_t high = value(pairs[i]);
        const uint8_t low = value(pairs[i + 1]);
        wrong |= high | low;  // digits stay below 16, `no_digit` sets the upper bits
        *to++ = static_cast<uint8_t>(high << 4 | low);
    }
    return wrong < 16;
}

template <class T>
std::optional<T> fixed_from_hex(std::string_view s) {
    T r;
    s = without_prefix(s);
    if (s.size() != 2 * r.bytes.size() || !read_pairs(s, r.bytes.data())) return std::nullopt;
    return r;
}

}  // namespace

std::string to_hex(BytesView b) {
    std::string s(2 + 2 * b.size(), '0');
    s[1] = 'x';
    char* p = s.data() + 2;
    for (const uint8_t x : b) {
        *p++ = digits[x >> 4];
        *p++ = digits[x & 15];
    }
    return s;
}

std::string to_quantity(const U256& a) {
    const unsigned count = std::max(1U, (a.bit_length() + 3) / 4);
    std::string s = "0x";
    for (unsigned i = count; i-- > 0;) s += digits[(a.limb[i / 16] >> (4 * (i % 16))) & 15];
    return s;
}

std::string to_quantity(uint64_t a) {
    return to_quantity(U256{a});
}

std::optional<Bytes> bytes_from_hex(std::string_view s) {
    s = without_prefix(s);
    if (s.size() % 2 != 0) return std::nullopt;
    Bytes b(s.size() / 2);
    if (!read_pairs(s, b.data())) return std::nullopt;
    return b;
}

std::optional<Address> address_from_hex(std::string_view s) {
    return fixed_from_hex<Address>(s);
}

std::optional<Bytes32> bytes32_from_hex(std::string_view s) {
    return fixed_from_hex<Bytes32>(s);
}

std::optional<U256> u256_from_hex(std::string_view s) {
    if (!has_prefix(s) || s.size() == 2) return std::nullopt;
    s.remove_prefix(2);
    s.remove_prefix(std::min(s.find_first_not_of('0'), s.size()));
    if (s.size() > 64) return std::nullopt;
    U256 r;
    for (size_t i = 0; i < s.size(); ++i) {
        const uint64_t digit = value(s[s.size() - 1 - i]);
        if (digit == no_digit) return std::nullopt;
        r.limb[i / 16] |= digit << (4 * (i % 16));
    }
    return r;
}

}  // namespace warpevm
