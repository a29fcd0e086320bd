// SPDX-License-Identifier: Apache-2.0
// P-256 verification, against signatures built from chosen multiples of points.
#include "evm/crypto/p256.hpp"

#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>

#include <memory>

namespace warpevm {
namespace {

struct Deleter {
    void operator()(EC_GROUP* g) const { EC_GROUP_free(g); }
    void operator()(EC_POINT* p) const { EC_POINT_free(p); }
    void operator()(BIGNUM* b) const { BN_free(b); }
    void operator()(BN_CTX* c) const { BN_CTX_free(c); }
};
using Number = std::unique_ptr<BIGNUM, Deleter>;

U256 to_u256(const BIGNUM* a) {
    uint8_t bytes[32];
    EXPECT_EQ(32, BN_bn2binpad(a, bytes, 32));
    return load_be(bytes);
}

struct Case {
    Hash digest;
    P256Signature signature;
    P256PublicKey key;
    [[nodiscard]] bool verify() const { return p256_verify(digest, signature, key); }
};

/// A valid signature for the point with this x, though nobody knows its private key: R = u1*G + u2*Q for
/// chosen factors gives r = R.x, s = r / u2 and the digest u1 * s.
Case forge(unsigned x, unsigned u1, unsigned u2) {
    const std::unique_ptr<EC_GROUP, Deleter> curve{EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1)};
    const std::unique_ptr<BN_CTX, Deleter> scratch{BN_CTX_new()};
    const std::unique_ptr<EC_POINT, Deleter> q{EC_POINT_new(curve.get())}, big_r{EC_POINT_new(curve.get())};
    const Number qx{BN_new()}, qy{BN_new()}, a{BN_new()}, b{BN_new()}, r{BN_new()}, s{BN_new()}, h{BN_new()};
    const BIGNUM* n = EC_GROUP_get0_order(curve.get());
    BN_set_word(qx.get(), x);
    BN_set_word(a.get(), u1);
    BN_set_word(b.get(), u2);
    EXPECT_EQ(1, EC_POINT_set_compressed_coordinates(curve.get(), q.get(), qx.get(), 0, scratch.get()));
    EXPECT_EQ(1, EC_POINT_get_affine_coordinates(curve.get(), q.get(), qx.get(), qy.get(), scratch.get()));
    EXPECT_EQ(1, EC_POINT_mul(curve.get(), big_r.get(), a.get(), q.get(), b.get(), scratch.get()));
    EXPECT_EQ(1, EC_POINT_get_affine_coordinates(curve.get(), big_r.get(), r.get(), nullptr, scratch.get()));
    BN_nnmod(r.get(), r.get(), n, scratch.get());
    BN_mod_inverse(s.get(), b.get(), n, scratch.get());
    BN_mod_mul(s.get(), s.get(), r.get(), n, scratch.get());
    BN_mod_mul(h.get(), s.get(), a.get(), n, scratch.get());
    return {to_bytes32(to_u256(h.get())),
            {to_u256(r.get()), to_u256(s.get())},
            {to_u256(qx.get()), to_u256(qy.get())}};
}

TEST(P256, AcceptsValidSignatures) {
    for (unsigned i = 1; i < 20; ++i) EXPECT_TRUE(forge(5, i, 1000 + i).verify()) << i;
}

TEST(P256, AcceptsHighS) {
    Case c = forge(5, 7, 9);
    c.signature.s = p256_order - c.signature.s;
    EXPECT_TRUE(c.verify());
}

TEST(P256, RefusesWhatWasTamperedWith) {
    const Case valid = forge(5, 3, 4);
    Case c = valid;
    c.digest.bytes[31] ^= 1;
    EXPECT_FALSE(c.verify());
    c = valid;
    c.signature.r += U256{1};
    EXPECT_FALSE(c.verify());
    c = valid;
    c.signature.s += U256{1};
    EXPECT_FALSE(c.verify());
    c = valid;
    c.key.y += U256{1};
    EXPECT_FALSE(c.verify());
}

TEST(P256, RefusesCoordinatesThatAreEqualOnlyModuloP) {
    const Case valid = forge(5, 3, 4);
    ASSERT_TRUE(valid.verify());
    Case c = valid;
    c.key.x += p256_prime;
    ASSERT_GT(c.key.x, valid.key.x) << "5 + p fits 256 bits";
    EXPECT_FALSE(c.verify());
    c = valid;
    c.key.x = p256_prime;
    EXPECT_FALSE(c.verify());
    c.key = {valid.key.x, p256_prime};
    EXPECT_FALSE(c.verify());
}

TEST(P256, RefusesNumbersOutOfRange) {
    const Case valid = forge(5, 3, 4);
    for (const U256& bad : {U256{}, p256_order, p256_order + U256{1}, U256::max()}) {
        Case c = valid;
        c.signature.r = bad;
        EXPECT_FALSE(c.verify());
        c = valid;
        c.signature.s = bad;
        EXPECT_FALSE(c.verify());
    }
}

TEST(P256, RefusesInfinityAndLeavesNoErrorBehind) {
    Case c = forge(5, 3, 4);
    c.key = {};
    EXPECT_FALSE(c.verify());
    EXPECT_EQ(0U, ERR_peek_error());
}

}  // namespace
}  // namespace warpevm
