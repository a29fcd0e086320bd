// SPDX-License-Identifier: Apache-2.0
// Public-key recovery on secp256k1, as transactions, authorizations and ECRECOVER need it.
#pragma once

#include <optional>

#include "evm/base/bytes.hpp"
#include "evm/base/u256.hpp"

namespace warpevm {

/// The group's order n, and n/2 above which s counts as high (EIP-2).
inline constexpr U256 secp256k1_order{0xBFD25E8CD0364141ULL, 0xBAAEDCE6AF48A03BULL, 0xFFFFFFFFFFFFFFFEULL,
                                      0xFFFFFFFFFFFFFFFFULL};
inline constexpr U256 secp256k1_half_order{0xDFE92F46681B20A0ULL, 0x5D576E7357A4501DULL,
                                           0xFFFFFFFFFFFFFFFFULL, 0x7FFFFFFFFFFFFFFFULL};

/// The address whose key signed `digest`; nothing unless 0 < r, s < n and a public key exists. High s is
/// accepted here. y_parity is 0 or 1. Thread-safe.
std::optional<Address> recover_address(const Hash& digest, const U256& r, const U256& s, uint8_t y_parity);

}  // namespace warpevm
