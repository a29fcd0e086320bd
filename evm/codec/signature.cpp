// SPDX-License-Identifier: Apache-2.0
// Who signed: senders of transactions and authorities of EIP-7702 authorizations.
#include "evm/codec/signature.hpp"

#include <string>

#include "evm/codec/rlp.hpp"
#include "evm/codec/wire.hpp"
#include "evm/crypto/keccak.hpp"
#include "evm/crypto/secp256k1.hpp"

namespace warpevm {
namespace {

constexpr uint8_t authorization_magic = 0x05;  // EIP-7702

Hash authorization_hash(const Authorization& a) {
    rlp::Writer out;
    out.raw({&authorization_magic, 1});
    const size_t list = out.begin_list();
    out.u256(a.chain_id).string(a.address).u64(a.nonce);
    return keccak256(out.end_list(list).bytes());
}

}  // namespace

Result<void> check_chain_id(const Transaction& tx, uint64_t chain_id) {
    if (tx.chain_id && *tx.chain_id != chain_id)
        return fail(ErrorCode::tx_wrong_chain_id,
                    "have " + std::to_string(*tx.chain_id) + " want " + std::to_string(chain_id));
    return {};
}

Result<void> check_signature(const Transaction& tx, Fork fork, uint64_t chain_id) {
    if (tx.type == TxType::legacy && tx.chain_id && fork < Fork::spurious_dragon)
        return fail(ErrorCode::tx_bad_signature, "replay protection before Spurious Dragon");
    if (auto ok = check_chain_id(tx, chain_id); !ok) return ok;
    if (tx.y_parity > 1)
        return fail(ErrorCode::tx_bad_signature, "y_parity is " + std::to_string(tx.y_parity));
    if (tx.r.is_zero() || tx.r >= secp256k1_order)
        return fail(ErrorCode::tx_bad_signature, "r is out of range");
    if (tx.s.is_zero() || tx.s >= secp256k1_order)
        return fail(ErrorCode::tx_bad_signature, "s is out of range");
    if (fork >= Fork::homestead && tx.s > secp256k1_half_order)
        return fail(ErrorCode::tx_bad_signature, "s is above half the group's order (EIP-2)");
    return {};
}

Result<Address> recover_sender(const Transaction& tx, Fork fork, uint64_t chain_id) {
    if (auto ok = check_signature(tx, fork, chain_id); !ok) return tl::unexpected(std::move(ok.error()));
    const auto sender = recover_address(signing_hash(tx), tx.r, tx.s, tx.y_parity);
    if (!sender) return fail(ErrorCode::tx_bad_signature, "no public key recovers from it");
    return *sender;
}

std::optional<Address> recover_authority(const Authorization& authorization) {
    if (authorization.y_parity > 1 || authorization.s > secp256k1_half_order) return std::nullopt;
    return recover_address(authorization_hash(authorization), authorization.r, authorization.s,
                           authorization.y_parity);
}

}  // namespace warpevm
