// SPDX-License-Identifier: Apache-2.0
// A private key that signs, so that recovery can be checked against its address.
#pragma once

#include <gtest/gtest.h>
#include <secp256k1_recovery.h>

#include <memory>

#include "evm/base/u256.hpp"
#include "evm/crypto/keccak.hpp"

namespace warpevm::test {

class Signer {
  public:
    explicit Signer(const Hash& key) : m_key(key) {
        secp256k1_pubkey point;
        EXPECT_EQ(secp256k1_ec_pubkey_create(m_context.get(), &point, key.bytes.data()), 1);
        uint8_t bytes[65];
        size_t size = sizeof bytes;
        secp256k1_ec_pubkey_serialize(m_context.get(), bytes, &size, &point, SECP256K1_EC_UNCOMPRESSED);
        address = to_address(to_u256(keccak256(BytesView(bytes).subspan(1))));
    }

    /// Signs into anything that has y_parity, r and s. libsecp256k1 makes low s.
    template <class Signed>
    void sign(const Hash& digest, Signed& out) const {
        secp256k1_ecdsa_recoverable_signature signature;
        EXPECT_EQ(secp256k1_ecdsa_sign_recoverable(m_context.get(), &signature, digest.bytes.data(),
                                                   m_key.bytes.data(), nullptr, nullptr),
                  1);
        uint8_t compact[64];
        int parity = 0;
        secp256k1_ecdsa_recoverable_signature_serialize_compact(m_context.get(), compact, &parity,
                                                                &signature);
        out.y_parity = static_cast<uint8_t>(parity);
        out.r = load_be(compact);
        out.s = load_be(compact + 32);
    }

    Address address;

  private:
    struct Destroy {
        void operator()(secp256k1_context* c) const { secp256k1_context_destroy(c); }
    };
    std::unique_ptr<secp256k1_context, Destroy> m_context{secp256k1_context_create(SECP256K1_CONTEXT_SIGN)};
    Hash m_key;
};

}  // namespace warpevm::test
