// SPDX-License-Identifier: Apache-2.0
// Deterministic signatures (RFC 6979) with low s, as libsecp256k1 makes them.
#include "tools/t8n/sign.hpp"

#include <secp256k1.h>
#include <secp256k1_recovery.h>

#include <memory>

#include "evm/codec/wire.hpp"

namespace warpevm::tools {

namespace {
struct ContextDeleter {
    void operator()(secp256k1_context* context) const { secp256k1_context_destroy(context); }
};
}  // namespace

Result<void> sign(Transaction& tx, const Bytes32& secret_key, uint64_t chain_id, bool replay_protected) {
    if (tx.type != TxType::legacy || replay_protected)
        tx.chain_id = chain_id;
    else
        tx.chain_id.reset();
    const std::unique_ptr<secp256k1_context, ContextDeleter> context(
        secp256k1_context_create(SECP256K1_CONTEXT_SIGN));
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

}  // namespace warpevm::tools
