// SPDX-License-Identifier: Apache-2.0
// Deterministic signatures (RFC 6979) with low s, as libsecp256k1 makes them.
#include "tools/t8n/sign.hpp"

#include <secp256k1.h>
#include <secp256k1_recovery.h>

#include <algorithm>
#include <memory>

#include "evm/codec/wire.hpp"
#include "evm/crypto/keccak.hpp"

namespace warpevm::tools {

namespace {
struct ContextDeleter {
    void operator()(secp256k1_context* context) const { secp256k1_context_destroy(context); }
};
using Context = std::unique_ptr<secp256k1_context, ContextDeleter>;

Context signing_context() {
    return Context(secp256k1_context_create(SECP256K1_CONTEXT_SIGN));
}
}  // namespace

Result<void> sign(Transaction& tx, const Bytes32& secret_key, uint64_t chain_id, bool replay_protected) {
    if (tx.type != TxType::legacy || replay_protected)
        tx.chain_id = chain_id;
    else
        tx.chain_id.reset();
    const Context context = signing_context();
    const Hash digest = signing_hash(tx);
    secp256k1_ecdsa_recoverable_signature signature;
    if (secp256k1_ecdsa_sign_recoverable(context.get(), &signature, digest.bytes.data(),
                                         secret_key.bytes.data(), nullptr, nullptr) != 1)
        return fail(ErrorCode::bad_argument, "the secret key is not one of secp256k1");
    std::array<uint8_t, 64> compact{};
    int parity = 0;
    secp256k1_ecdsa_recoverable_signature_serialize_compact(context.get(), compact.data(), &parity,
                                                            &signature);
    tx.r = load_be(compact.data());
    tx.s = load_be(compact.data() + 32);
    tx.y_parity = static_cast<uint8_t>(parity);
    return {};
}

std::optional<Address> address_of(const Bytes32& secret_key) {
    const Context context = signing_context();
    secp256k1_pubkey key;
    if (secp256k1_ec_pubkey_create(context.get(), &key, secret_key.bytes.data()) != 1) return std::nullopt;
    std::array<uint8_t, 65> point{};  // a prefix, x and y
    size_t size = point.size();
    secp256k1_ec_pubkey_serialize(context.get(), point.data(), &size, &key, SECP256K1_EC_UNCOMPRESSED);
    const Hash hash = keccak256({point.data() + 1, point.size() - 1});
    Address address;
    std::copy(hash.bytes.begin() + 12, hash.bytes.end(), address.bytes.begin());
    return address;
}

}  // namespace warpevm::tools
