// SPDX-License-Identifier: Apache-2.0
// ECDSA on P-256 over OpenSSL's point arithmetic: its key objects would cost half as much again as the curve
// does.
#include "evm/crypto/p256.hpp"

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
template <class T>
using Owned = std::unique_ptr<T, Deleter>;
using Number = Owned<BIGNUM>;

/// Immutable once made, so all threads share it.
const EC_GROUP* curve() {
    static const Owned<EC_GROUP> group{EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1)};
    return group.get();
}

Number to_number(const U256& a) {
    const Bytes32 bytes = to_bytes32(a);
    return Number{BN_bin2bn(bytes.bytes.data(), 32, nullptr)};
}

/// x of u1*G + u2*Q modulo n, where that point is not at infinity; an empty number on failure.
Number verification_x(const P256PublicKey& key, const BIGNUM* u1, const BIGNUM* u2, BN_CTX* scratch) {
    const Owned<EC_POINT> point{EC_POINT_new(curve())};
    const Number x = to_number(key.x), y = to_number(key.y);
    Number result{BN_new()};
    const bool ok =
        point && x && y && result &&
        // Refuses coordinates that are off the curve.
        EC_POINT_set_affine_coordinates(curve(), point.get(), x.get(), y.get(), scratch) == 1 &&
        EC_POINT_mul(curve(), point.get(), u1, point.get(), u2, scratch) == 1 &&
        // Refuses the point at infinity.
        EC_POINT_get_affine_coordinates(curve(), point.get(), result.get(), nullptr, scratch) == 1 &&
        BN_nnmod(result.get(), result.get(), EC_GROUP_get0_order(curve()), scratch) == 1;
    return ok ? std::move(result) : Number{};
}

bool verify_in_range(const Hash& digest, const P256Signature& signature, const P256PublicKey& key) {
    const BIGNUM* n = EC_GROUP_get0_order(curve());
    const Owned<BN_CTX> scratch{BN_CTX_new()};
    const Number h = to_number(to_u256(digest)), r = to_number(signature.r), s = to_number(signature.s);
    const Number inverse{BN_new()}, u1{BN_new()}, u2{BN_new()};
    if (!scratch || !h || !r || !s || !inverse || !u1 || !u2) return false;
    if (BN_mod_inverse(inverse.get(), s.get(), n, scratch.get()) == nullptr ||
        BN_mod_mul(u1.get(), h.get(), inverse.get(), n, scratch.get()) != 1 ||
        BN_mod_mul(u2.get(), r.get(), inverse.get(), n, scratch.get()) != 1)
        return false;
    const Number x = verification_x(key, u1.get(), u2.get(), scratch.get());
    return x && BN_cmp(x.get(), r.get()) == 0;
}

bool in_scalar_range(const U256& a) {
    return !a.is_zero() && a < p256_order;
}

}  // namespace

bool p256_verify(const Hash& digest, const P256Signature& signature, const P256PublicKey& key) {
    // OpenSSL would reduce coordinates modulo p and accept them; EIP-7951 refuses them.
    if (!in_scalar_range(signature.r) || !in_scalar_range(signature.s)) return false;
    if (key.x >= p256_prime || key.y >= p256_prime) return false;

    // A refused point leaves an error in the thread's queue, which is not ours to fill.
    ERR_set_mark();
    const bool valid = verify_in_range(digest, signature, key);
    ERR_pop_to_mark();
    return valid;
}

}  // namespace warpevm
