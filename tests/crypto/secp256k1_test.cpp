// SPDX-License-Identifier: Apache-2.0
// Key recovery, against signatures that libsecp256k1 makes and against a published vector.
#include "evm/crypto/secp256k1.hpp"

#include <gtest/gtest.h>
#include <secp256k1_recovery.h>

#include <memory>
#include <random>

#include "evm/base/hex.hpp"
#include "evm/crypto/keccak.hpp"

namespace warpevm {
namespace {

struct Signed {
    Hash digest;
    U256 r, s;
    uint8_t y_parity;
    Address signer;
};

Signed sign(std::mt19937_64& random) {
    struct Destroy {
        void operator()(secp256k1_context* c) const { secp256k1_context_destroy(c); }
    };
    const std::unique_ptr<secp256k1_context, Destroy> context{
        secp256k1_context_create(SECP256K1_CONTEXT_SIGN)};
    Bytes32 secret;
    Signed result;
    for (uint8_t& b : secret.bytes) b = static_cast<uint8_t>(random());
    for (uint8_t& b : result.digest.bytes) b = static_cast<uint8_t>(random());
    secret.bytes[0] &= 0x7f;  // below the order

    secp256k1_ecdsa_recoverable_signature signature;
    EXPECT_EQ(1, secp256k1_ecdsa_sign_recoverable(context.get(), &signature, result.digest.bytes.data(),
                                                  secret.bytes.data(), nullptr, nullptr));
    uint8_t compact[64];
    int parity = 0;
    secp256k1_ecdsa_recoverable_signature_serialize_compact(context.get(), compact, &parity, &signature);
    result.r = load_be(compact);
    result.s = load_be(compact + 32);
    result.y_parity = static_cast<uint8_t>(parity);

    secp256k1_pubkey key;
    EXPECT_EQ(1, secp256k1_ec_pubkey_create(context.get(), &key, secret.bytes.data()));
    uint8_t point[65];
    size_t size = sizeof point;
    secp256k1_ec_pubkey_serialize(context.get(), point, &size, &key, SECP256K1_EC_UNCOMPRESSED);
    const Hash hash = keccak256(BytesView{point}.subspan(1));
    std::copy(hash.bytes.begin() + 12, hash.bytes.end(), result.signer.bytes.begin());
    return result;
}

TEST(RecoverAddress, FindsTheSignerOfRandomMessages) {
    std::mt19937_64 random{1};
    for (int i = 0; i < 50; ++i) {
        const Signed m = sign(random);
        EXPECT_EQ(m.signer, recover_address(m.digest, m.r, m.s, m.y_parity));
        EXPECT_NE(m.signer, recover_address(m.digest, m.r, m.s, m.y_parity ^ 1));
    }
}

TEST(RecoverAddress, AcceptsHighS) {
    std::mt19937_64 random{2};
    const Signed m = sign(random);
    EXPECT_LE(m.s, secp256k1_half_order);
    const auto parity = static_cast<uint8_t>(m.y_parity ^ 1);
    EXPECT_EQ(m.signer, recover_address(m.digest, m.r, secp256k1_order - m.s, parity));
}

TEST(RecoverAddress, RefusesNumbersOutOfRange) {
    std::mt19937_64 random{3};
    const Signed m = sign(random);
    EXPECT_FALSE(recover_address(m.digest, 0, m.s, m.y_parity));
    EXPECT_FALSE(recover_address(m.digest, m.r, 0, m.y_parity));
    EXPECT_FALSE(recover_address(m.digest, secp256k1_order, m.s, m.y_parity));
    EXPECT_FALSE(recover_address(m.digest, m.r, secp256k1_order, m.y_parity));
    EXPECT_FALSE(recover_address(m.digest, m.r, U256::max(), m.y_parity));
    EXPECT_FALSE(recover_address(m.digest, m.r, m.s, 2));
    EXPECT_FALSE(recover_address(m.digest, m.r, m.s, 27));
}

TEST(RecoverAddress, RefusesAnRThatIsNoCoordinate) {
    // x = 5 is on no point: 5^3 + 7 = 132 has no square root modulo p.
    std::mt19937_64 random{4};
    const Signed m = sign(random);
    EXPECT_FALSE(recover_address(m.digest, 5, m.s, 0));
    EXPECT_FALSE(recover_address(m.digest, 5, m.s, 1));
}

TEST(Constants, HalfOrderIsHalfTheOrder) {
    EXPECT_EQ(secp256k1_half_order, secp256k1_order >> 1);
}

}  // namespace
}  // namespace warpevm
