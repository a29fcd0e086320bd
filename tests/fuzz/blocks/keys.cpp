// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/blocks/keys.hpp"

#include <secp256k1_recovery.h>

#include <memory>

#include "evm/base/u256.hpp"
#include "evm/codec/rlp.hpp"
#include "evm/codec/wire.hpp"
#include "evm/crypto/keccak.hpp"

namespace warpevm::fuzz {
namespace {

constexpr U256 group_order{0xbfd25e8cd0364141ULL, 0xbaaedce6af48a03bULL, 0xfffffffffffffffeULL, ~0ULL};

const secp256k1_context* context() {
    struct Destroy {
        void operator()(secp256k1_context* c) const { secp256k1_context_destroy(c); }
    };
    static const std::unique_ptr<secp256k1_context, Destroy> made(
        secp256k1_context_create(SECP256K1_CONTEXT_SIGN));
    return made.get();
}

template <class Signed>
void sign_digest(const Hash& digest, uint64_t key, Signed& out) {
    secp256k1_ecdsa_recoverable_signature signature;
    secp256k1_ecdsa_sign_recoverable(context(), &signature, digest.bytes.data(), to_bytes32(key).bytes.data(),
                                     nullptr, nullptr);
    uint8_t compact[64];
    int parity = 0;
    secp256k1_ecdsa_recoverable_signature_serialize_compact(context(), compact, &parity, &signature);
    out.y_parity = static_cast<uint8_t>(parity);
    out.r = load_be(compact);
    out.s = load_be(compact + 32);
}

}  // namespace

Address address_of_key(uint64_t key) {
    secp256k1_pubkey point;
    uint8_t bytes[65];
    size_t size = sizeof bytes;
    if (secp256k1_ec_pubkey_create(context(), &point, to_bytes32(key).bytes.data()) != 1) return {};
    secp256k1_ec_pubkey_serialize(context(), bytes, &size, &point, SECP256K1_EC_UNCOMPRESSED);
    return to_address(to_u256(keccak256(BytesView(bytes).subspan(1))));
}

void sign(Transaction& tx, uint64_t key, bool high_s) {
    sign_digest(signing_hash(tx), key, tx);
    if (!high_s) return;
    tx.s = group_order - tx.s;
    tx.y_parity ^= 1;
}

void sign(Authorization& authorization, uint64_t key) {
    rlp::Writer w;
    const size_t list = w.begin_list();
    w.u256(authorization.chain_id).string(authorization.address).u64(authorization.nonce).end_list(list);
    Bytes message{0x05};
    append(message, w.bytes());
    sign_digest(keccak256(message), key, authorization);
}

}  // namespace warpevm::fuzz
