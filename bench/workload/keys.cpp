// SPDX-License-Identifier: Apache-2.0
// Derivation of the throw-away keys and signing, by libsecp256k1.
#include "bench/workload/keys.hpp"

#include <secp256k1_recovery.h>

#include <algorithm>
#include <stdexcept>
#include <string_view>

#include "evm/codec/wire.hpp"
#include "evm/crypto/keccak.hpp"

namespace warpevm::workload {

void Signer::Destroy::operator()(secp256k1_context_struct* context) const {
    secp256k1_context_destroy(context);
}

Signer::Signer() : m_context(secp256k1_context_create(SECP256K1_CONTEXT_SIGN)) {}

Key Signer::key(uint64_t index) const {
    constexpr std::string_view tag = "warpevm example key";
    Bytes seed(tag.begin(), tag.end());
    for (int shift = 56; shift >= 0; shift -= 8) seed.push_back(static_cast<uint8_t>(index >> shift));
    Key key{.secret = keccak256(seed), .address = {}};

    secp256k1_pubkey point;
    if (secp256k1_ec_pubkey_create(m_context.get(), &point, key.secret.bytes.data()) != 1)
        throw std::runtime_error("an example key is no valid secret");
    std::array<uint8_t, 65> encoded{};
    size_t size = encoded.size();
    secp256k1_ec_pubkey_serialize(m_context.get(), encoded.data(), &size, &point, SECP256K1_EC_UNCOMPRESSED);
    // An address is the end of the hash over the point without its leading form byte.
    const Hash hash = keccak256(BytesView(encoded).subspan(1));
    std::copy(hash.bytes.begin() + 12, hash.bytes.end(), key.address.bytes.begin());
    return key;
}

void Signer::sign(Transaction& tx, const Key& key) const {
    const Hash digest = signing_hash(tx);
    secp256k1_ecdsa_recoverable_signature signature;
    if (secp256k1_ecdsa_sign_recoverable(m_context.get(), &signature, digest.bytes.data(),
                                         key.secret.bytes.data(), nullptr, nullptr) != 1)
        throw std::runtime_error("signing failed");
    std::array<uint8_t, 64> compact{};
    int parity = 0;
    secp256k1_ecdsa_recoverable_signature_serialize_compact(m_context.get(), compact.data(), &parity,
                                                            &signature);
    tx.r = load_be(compact.data());
    tx.s = load_be(compact.data() + 32);
    tx.y_parity = static_cast<uint8_t>(parity);
}

}  // namespace warpevm::workload
