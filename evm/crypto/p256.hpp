// SPDX-License-Identifier: Apache-2.0
// ECDSA verification on the curve P-256 (secp256r1), by the rules of EIP-7951.
#pragma once

#include "evm/base/bytes.hpp"
#include "evm/base/u256.hpp"

namespace warpevm {

/// The field's prime p and the group's order n.
inline constexpr U256 p256_prime{0xFFFFFFFFFFFFFFFFULL, 0x00000000FFFFFFFFULL, 0x0000000000000000ULL,
                                 0xFFFFFFFF00000001ULL};
inline constexpr U256 p256_order{0xF3B9CAC2FC632551ULL, 0xBCE6FAADA7179E84ULL, 0xFFFFFFFFFFFFFFFFULL,
                                 0xFFFFFFFF00000000ULL};

struct P256Signature {
    U256 r, s;
};
struct P256PublicKey {
    U256 x, y;
};

/// True where 0 < r, s < n, x, y < p, the key is a point of the curve and the signature is its owner's.
/// Thread-safe.
bool p256_verify(const Hash& digest, const P256Signature& signature, const P256PublicKey& key);

}  // namespace warpevm
