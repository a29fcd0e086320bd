// SPDX-License-Identifier: Apache-2.0
// Reads a transaction's members by its type; what a type does not have is not looked at.
#include "evm/codec/json_transaction.hpp"

namespace warpevm::json {
namespace {

/// The type as given, or the oldest one that has the members which are there.
Result<TxType> read_type(const Value& value) {
    if (const auto type = value.find("type")) {
        const auto number = type->u64();
        if (!number || *number > static_cast<uint64_t>(TxType::set_code))
            return type->expected("a transaction type from 0 to 4");
        return static_cast<TxType>(*number);
    }
    if (value.has("authorizationList")) return TxType::set_code;
    if (value.has("blobVersionedHashes")) return TxType::blob;
    if (value.has("maxFeePerGas")) return TxType::dynamic_fee;
    if (value.has("accessList")) return TxType::access_list;
    return TxType::legacy;
}

void read_fees(Fields& fields, Transaction& tx) {
    if (tx.type >= TxType::dynamic_fee) {
        fields.required("maxFeePerGas", tx.max_fee_per_gas)
            .required("maxPriorityFeePerGas", tx.max_priority_fee_per_gas);
    } else {
        fields.required("gasPrice", tx.max_fee_per_gas);
        tx.max_priority_fee_per_gas = tx.max_fee_per_gas;  // both are the gas price
    }
    if (tx.type == TxType::blob) {
        fields.required("maxFeePerBlobGas", tx.max_fee_per_blob_gas);
        fields.required("blobVersionedHashes", tx.blob_versioned_hashes);
    }
    if (tx.type == TxType::set_code) fields.required("authorizationList", tx.authorization_list);
    if (tx.type != TxType::legacy) fields.optional("accessList", tx.access_list);
}

void read_signature(const Value& value, Fields& fields, GivenTransaction& into) {
    Transaction& tx = into.tx;
    if (!value.has("r") && !value.has("s")) return;
    fields.required("r", tx.r).required("s", tx.s);
    if (!fields.result() || !tx.is_signed()) return;
    U256 v;
    // A typed transaction's v is its parity; where both are there yParity counts.
    fields.required(tx.type != TxType::legacy && value.has("yParity") ? "yParity" : "v", v);
    if (!fields.result()) return;
    if (tx.type != TxType::legacy) {
        if (v > 1) into.invalid = Error{ErrorCode::tx_bad_signature, "the parity is " + to_decimal(v)};
        tx.y_parity = static_cast<uint8_t>(v.limb[0] & 1);
    } else if (const auto done = apply_legacy_v(v, tx); !done) {
        into.invalid = done.error();
    }
}

}  // namespace

Result<void> apply_legacy_v(const U256& v, Transaction& tx) {
    if (v == 27 || v == 28) {
        tx.chain_id.reset();
        tx.y_parity = static_cast<uint8_t>(v.limb[0] - 27);
        return {};
    }
    const U256 replay_protected = v - 35;
    if (v < 35 || !(replay_protected >> 1).fits_u64())
        return fail(ErrorCode::tx_bad_signature, "v is " + to_decimal(v));
    tx.chain_id = (replay_protected >> 1).limb[0];
    tx.y_parity = static_cast<uint8_t>(replay_protected.limb[0] & 1);
    return {};
}

Result<void> read(const Value& value, GivenTransaction& into) {
    Fields fields(value);
    if (auto done = fields.result(); !done) return done;
    const auto type = read_type(value);
    if (!type) return tl::unexpected(type.error());
    Transaction& tx = into.tx;
    tx.type = *type;
    fields.optional("chainId", tx.chain_id);
    fields.required("nonce", tx.nonce)
        .required("gas", tx.gas_limit)
        .optional("to", tx.to)
        .required("value", tx.value);
    // JSON-RPC answers say "input"; requests and some tools say "data".
    fields.required(value.has("input") || !value.has("data") ? "input" : "data", tx.data);
    read_fees(fields, tx);
    into.lacks_access_list = tx.type != TxType::legacy && !value.has("accessList");
    // A legacy signature's v tells of replay protection; "chainId" only serves where there is no signature.
    read_signature(value, fields, into);
    if (tx.type != TxType::legacy && !tx.chain_id) fields.required("chainId", tx.chain_id);
    fields.optional("from", into.from).optional("hash", into.hash);
    fields.optional("secretKey", into.secret_key).optional("protected", into.is_protected);
    return fields.result();
}

}  // namespace warpevm::json
