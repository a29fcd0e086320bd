// SPDX-License-Identifier: Apache-2.0
// Hexadecimal as Ethereum's JSON writes it: DATA (0x + pairs of digits) and QUANTITY (0x + digits).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "evm/base/bytes.hpp"
#include "evm/base/u256.hpp"

namespace warpevm {

/// DATA: lower-case digits with the prefix 0x.
std::string to_hex(BytesView b);
/// QUANTITY: no leading zeros, "0x0" for zero.
std::string to_quantity(const U256& a);
std::string to_quantity(uint64_t a);

/// Reads pairs of digits, with or without 0x; nothing where a digit is wrong or the count is odd.
std::optional<Bytes> bytes_from_hex(std::string_view s);
/// Reads exactly 20 or 32 bytes.
std::optional<Address> address_from_hex(std::string_view s);
std::optional<Bytes32> bytes32_from_hex(std::string_view s);
/// Reads 1 to 64 digits (after leading zeros) with the prefix 0x; nothing where the number exceeds 256 bits.
std::optional<U256> u256_from_hex(std::string_view s);

}  // namespace warpevm
