// SPDX-License-Identifier: Apache-2.0
// Transactions of types 0 to 4 between bytes and values (Yellow Paper 4.3; EIP-2718, 2930, 1559, 4844, 7702).
#include <string>

#include "evm/codec/wire_fields.hpp"
#include "evm/codec/wire_parts.hpp"
#include "evm/crypto/keccak.hpp"

namespace warpevm {
namespace {

constexpr uint8_t first_list_byte = 0xc0;
constexpr uint8_t last_type_byte = 0x7f;
/// v of a legacy signature is 27 or 28, or 35 + 2 * chain id or one more (EIP-155).
constexpr uint64_t legacy_v = 27;
constexpr uint64_t replay_protected_v = 35;

Result<void> read_to(rlp::Reader& from, std::optional<Address>& to) {
    rlp::Reader ahead = from;
    const auto bytes = ahead.string();
    if (bytes && bytes->empty()) {
        from = ahead;
        return {};
    }
    return from.address().map([&](const Address& a) { to = a; });
}

Result<AccessListEntry> read_access_list_entry(rlp::Reader& from) {
    return read_struct<AccessListEntry>(from, [](FieldReader& in, AccessListEntry& entry) {
        in.fixed("address", entry.address.bytes);
        in.list("storage keys", entry.storage_keys, [](rlp::Reader& r) { return r.bytes32(); });
    });
}

Result<Authorization> read_authorization(rlp::Reader& from) {
    return read_struct<Authorization>(from, [](FieldReader& in, Authorization& a) {
        in.u256("chain id", a.chain_id);
        in.fixed("address", a.address.bytes);
        in.u64("nonce", a.nonce);
        in.custom("y parity", [&](rlp::Reader& r) -> Result<void> {
            const auto parity = r.u64();
            if (!parity) return tl::unexpected(parity.error());
            if (*parity > 0xff) return fail(ErrorCode::rlp_number_too_large, "is above 255");
            a.y_parity = static_cast<uint8_t>(*parity);
            return {};
        });
        in.u256("r", a.r);
        in.u256("s", a.s);
    });
}

Result<void> read_v(rlp::Reader& from, Transaction& tx) {
    const auto v = from.u256();
    if (!v) return tl::unexpected(v.error());
    if (*v == legacy_v || *v == legacy_v + 1) {
        tx.y_parity = static_cast<uint8_t>(v->limb[0] - legacy_v);
        return {};
    }
    if (*v < U256(replay_protected_v)) return fail(ErrorCode::tx_bad_signature, "is " + to_decimal(*v));
    const U256 chain_id = (*v - replay_protected_v) >> 1;
    if (!chain_id.fits_u64())
        return fail(ErrorCode::tx_wrong_chain_id, "has a chain id of more than 64 bits");
    tx.chain_id = chain_id.limb[0];
    tx.y_parity = static_cast<uint8_t>((v->limb[0] - replay_protected_v) & 1);
    return {};
}

Result<void> read_y_parity(rlp::Reader& from, Transaction& tx) {
    const auto parity = from.u256();
    if (!parity) return tl::unexpected(parity.error());
    if (*parity > U256(1)) return fail(ErrorCode::tx_bad_signature, "is " + to_decimal(*parity));
    tx.y_parity = static_cast<uint8_t>(parity->limb[0]);
    return {};
}

void read_gas_price(FieldReader& in, Transaction& tx) {
    in.u256("gas price", tx.max_fee_per_gas);
    tx.max_priority_fee_per_gas = tx.max_fee_per_gas;
}

void read_call(FieldReader& in, Transaction& tx) {
    in.u64("gas limit", tx.gas_limit);
    in.custom("to", [&](rlp::Reader& r) { return read_to(r, tx.to); });
    in.u256("value", tx.value);
    in.bytes("data", tx.data);
}

void read_legacy(FieldReader& in, Transaction& tx) {
    in.u64("nonce", tx.nonce);
    read_gas_price(in, tx);
    read_call(in, tx);
    in.custom("v", [&](rlp::Reader& r) { return read_v(r, tx); });
    in.u256("r", tx.r);
    in.u256("s", tx.s);
}

void read_typed(FieldReader& in, Transaction& tx) {
    in.u64("chain id", tx.chain_id.emplace());
    in.u64("nonce", tx.nonce);
    if (tx.type == TxType::access_list) {
        read_gas_price(in, tx);
    } else {
        in.u256("max priority fee per gas", tx.max_priority_fee_per_gas);
        in.u256("max fee per gas", tx.max_fee_per_gas);
    }
    read_call(in, tx);
    in.list("access list", tx.access_list, read_access_list_entry);
    if (tx.type == TxType::blob) {
        in.u256("max fee per blob gas", tx.max_fee_per_blob_gas);
        in.list("blob versioned hashes", tx.blob_versioned_hashes,
                [](rlp::Reader& r) { return r.bytes32(); });
    }
    if (tx.type == TxType::set_code) in.list("authorization list", tx.authorization_list, read_authorization);
    in.custom("y parity", [&](rlp::Reader& r) { return read_y_parity(r, tx); });
    in.u256("r", tx.r);
    in.u256("s", tx.s);
}

/// The network form of a blob transaction is a list whose first item is the transaction's own list
/// (EIP-4844).
bool is_network_form(BytesView payload) {
    rlp::Reader reader(payload);
    auto outer = reader.list();
    if (!outer) return false;
    const auto first = outer->next();
    return first && first->is_list;
}

void write_to(rlp::Writer& out, const std::optional<Address>& to) {
    out.string(to ? BytesView(*to) : BytesView());
}

void write_access_list(rlp::Writer& out, const AccessList& access_list) {
    const size_t list = out.begin_list();
    for (const AccessListEntry& entry : access_list) {
        const size_t pair = out.begin_list();
        out.string(entry.address);
        const size_t keys = out.begin_list();
        for (const Bytes32& key : entry.storage_keys) out.string(key);
        out.end_list(keys).end_list(pair);
    }
    out.end_list(list);
}

void write_authorizations(rlp::Writer& out, const std::vector<Authorization>& authorizations) {
    const size_t list = out.begin_list();
    for (const Authorization& a : authorizations) {
        const size_t tuple = out.begin_list();
        out.u256(a.chain_id).string(a.address).u64(a.nonce).u64(a.y_parity).u256(a.r).u256(a.s);
        out.end_list(tuple);
    }
    out.end_list(list);
}

/// All fields before the signature.
void write_unsigned(rlp::Writer& out, const Transaction& tx) {
    const bool one_price = tx.type == TxType::legacy || tx.type == TxType::access_list;
    if (tx.type != TxType::legacy) out.u64(tx.chain_id.value_or(0));
    out.u64(tx.nonce);
    if (!one_price) out.u256(tx.max_priority_fee_per_gas);
    out.u256(tx.max_fee_per_gas).u64(tx.gas_limit);
    write_to(out, tx.to);
    out.u256(tx.value).string(tx.data);
    if (tx.type == TxType::legacy) return;
    write_access_list(out, tx.access_list);
    if (tx.type == TxType::blob) {
        out.u256(tx.max_fee_per_blob_gas);
        const size_t hashes = out.begin_list();
        for (const Hash& hash : tx.blob_versioned_hashes) out.string(hash);
        out.end_list(hashes);
    }
    if (tx.type == TxType::set_code) write_authorizations(out, tx.authorization_list);
}

U256 signature_v(const Transaction& tx) {
    if (tx.type != TxType::legacy) return tx.y_parity;
    if (!tx.chain_id) return legacy_v + tx.y_parity;
    return (U256(*tx.chain_id) << 1) + U256(replay_protected_v + tx.y_parity);
}

/// The type byte of typed transactions; the list is still to be written.
rlp::Writer begin_envelope(const Transaction& tx) {
    rlp::Writer out;
    const auto type = static_cast<uint8_t>(tx.type);
    if (tx.type != TxType::legacy) out.raw({&type, 1});
    return out;
}

}  // namespace

Result<Transaction> decode_envelope(BytesView bytes, size_t offset) {
    if (bytes.empty()) return fail(ErrorCode::rlp_too_short, "at byte " + std::to_string(offset));
    if (bytes[0] >= first_list_byte) return decode_struct<Transaction>(bytes, offset, read_legacy);
    if (bytes[0] > last_type_byte)
        return fail(ErrorCode::rlp_unexpected_kind, "at byte " + std::to_string(offset));
    if (bytes[0] == 0 || bytes[0] > static_cast<uint8_t>(TxType::set_code))
        return fail(ErrorCode::tx_type_unknown,
                    "type " + std::to_string(bytes[0]) + " at byte " + std::to_string(offset));
    const auto type = static_cast<TxType>(bytes[0]);
    const BytesView payload = bytes.subspan(1);
    if (type == TxType::blob && is_network_form(payload))
        return fail(ErrorCode::tx_blob_sidecar, "at byte " + std::to_string(offset));
    return decode_struct<Transaction>(payload, offset + 1, [type](FieldReader& in, Transaction& tx) {
        tx.type = type;
        read_typed(in, tx);
    });
}

Result<Transaction> decode_transaction(BytesView bytes) {
    return decode_envelope(bytes, 0);
}

Bytes encode_transaction(const Transaction& tx) {
    rlp::Writer out = begin_envelope(tx);
    const size_t list = out.begin_list();
    write_unsigned(out, tx);
    out.u256(signature_v(tx)).u256(tx.r).u256(tx.s);
    return out.end_list(list).take();
}

Hash transaction_hash(const Transaction& tx) {
    return keccak256(encode_transaction(tx));
}

Hash signing_hash(const Transaction& tx) {
    rlp::Writer out = begin_envelope(tx);
    const size_t list = out.begin_list();
    write_unsigned(out, tx);
    if (tx.type == TxType::legacy && tx.chain_id) out.u64(*tx.chain_id).u64(0).u64(0);
    return keccak256(out.end_list(list).bytes());
}

}  // namespace warpevm
