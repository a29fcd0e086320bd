// SPDX-License-Identifier: Apache-2.0
// Public-key recovery with libsecp256k1.
#include "evm/crypto/secp256k1.hpp"

#include <secp256k1_recovery.h>

#include <memory>

#include "evm/crypto/keccak.hpp"

namespace warpevm {
namespace {

struct ContextDeleter {
    void operator()(secp256k1_context* c) const { secp256k1_context_destroy(c); }
};

/// Recovery only reads the context, so all threads share this one.
const secp256k1_context* context() {
    static const std::unique_ptr<secp256k1_context, ContextDeleter> shared{
        secp256k1_context_create(SECP256K1_CONTEXT_VERIFY)};
    return shared.get();
}

bool in_scalar_range(const U256& x) {
    return !x.is_zero() && x < secp256k1_order;
}

}  // namespace

std::optional<Address> recover_address(const Hash& digest, const U256& r, const U256& s, uint8_t y_parity) {
    if (!in_scalar_range(r) || !in_scalar_range(s) || y_parity > 1) return std::nullopt;

    std::array<uint8_t, 64> compact;
    store_be(compact.data(), r);
    store_be(compact.data() + 32, s);
    secp256k1_ecdsa_recoverable_signature signature;
    if (secp256k1_ecdsa_recoverable_signature_parse_compact(context(), &signature, compact.data(),
                                                            y_parity) == 0)
        return std::nullopt;

    secp256k1_pubkey key;
    if (secp256k1_ecdsa_recover(context(), &key, &signature, digest.bytes.data()) == 0) return std::nullopt;

    std::array<uint8_t, 65> point;  // 0x04, x, y
    size_t size = point.size();
    secp256k1_ec_pubkey_serialize(context(), point.data(), &size, &key, SECP256K1_EC_UNCOMPRESSED);

    // Yellow Paper, appendix F: the rightmost 160 bits of the key's hash.
    const Hash hash = keccak256(BytesView{point}.subspan(1));
    Address address;
    std::memcpy(address.bytes.data(), hash.bytes.data() + 12, 20);
    return address;
}

}  // namespace warpevm
