// SPDX-License-Identifier: Apache-2.0
// Block headers between bytes and values: 15 fields of old, then those that forks appended, as far as they
// go.
#include "evm/codec/wire_fields.hpp"
#include "evm/codec/wire_parts.hpp"
#include "evm/crypto/keccak.hpp"

namespace warpevm {
namespace {

void read_optional(FieldReader& in, std::string_view field, std::optional<Hash>& out) {
    if (in.more()) in.fixed(field, out.emplace().bytes);
}
void read_optional(FieldReader& in, std::string_view field, std::optional<uint64_t>& out) {
    if (in.more()) in.u64(field, out.emplace());
}

void read_header_fields(FieldReader& in, Header& h) {
    in.fixed("parent hash", h.parent_hash.bytes);
    in.fixed("ommers hash", h.ommers_hash.bytes);
    in.fixed("beneficiary", h.beneficiary.bytes);
    in.fixed("state root", h.state_root.bytes);
    in.fixed("transactions root", h.transactions_root.bytes);
    in.fixed("receipts root", h.receipts_root.bytes);
    in.fixed("logs bloom", h.logs_bloom.bytes);
    in.u256("difficulty", h.difficulty);
    in.u64("number", h.number);
    in.u64("gas limit", h.gas_limit);
    in.u64("gas used", h.gas_used);
    in.u64("timestamp", h.timestamp);
    in.bytes("extra data", h.extra_data);
    in.fixed("mix hash", h.mix_hash.bytes);
    in.fixed("nonce", h.nonce);
    if (in.more()) in.u256("base fee per gas", h.base_fee_per_gas.emplace());
    read_optional(in, "withdrawals root", h.withdrawals_root);
    read_optional(in, "blob gas used", h.blob_gas_used);
    read_optional(in, "excess blob gas", h.excess_blob_gas);
    read_optional(in, "parent beacon block root", h.parent_beacon_block_root);
    read_optional(in, "requests hash", h.requests_hash);
}

/// The fields from `first` on are written up to the first absent one: on the wire a field can't be present
/// without those before it.
void write_appended_fields(rlp::Writer& out, const Header& h) {
    if (!h.base_fee_per_gas) return;
    out.u256(*h.base_fee_per_gas);
    if (!h.withdrawals_root) return;
    out.string(*h.withdrawals_root);
    if (!h.blob_gas_used) return;
    out.u64(*h.blob_gas_used);
    if (!h.excess_blob_gas) return;
    out.u64(*h.excess_blob_gas);
    if (!h.parent_beacon_block_root) return;
    out.string(*h.parent_beacon_block_root);
    if (!h.requests_hash) return;
    out.string(*h.requests_hash);
}

}  // namespace

Result<Header> read_header(rlp::Reader& from) {
    return read_struct<Header>(from, read_header_fields);
}

void write_header(rlp::Writer& out, const Header& h) {
    const size_t list = out.begin_list();
    out.string(h.parent_hash).string(h.ommers_hash).string(h.beneficiary).string(h.state_root);
    out.string(h.transactions_root).string(h.receipts_root).string(h.logs_bloom);
    out.u256(h.difficulty).u64(h.number).u64(h.gas_limit).u64(h.gas_used).u64(h.timestamp);
    out.string(h.extra_data).string(h.mix_hash).string(h.nonce);
    write_appended_fields(out, h);
    out.end_list(list);
}

Result<Header> decode_header(BytesView bytes) {
    return decode_struct<Header>(bytes, 0, read_header_fields);
}

Bytes encode_header(const Header& header) {
    rlp::Writer out;
    write_header(out, header);
    return out.take();
}

Hash header_hash(const Header& header) {
    return keccak256(encode_header(header));
}

Hash ommers_hash(std::span<const Header> ommers) {
    rlp::Writer out;
    const size_t list = out.begin_list();
    for (const Header& ommer : ommers) write_header(out, ommer);
    return keccak256(out.end_list(list).bytes());
}

}  // namespace warpevm
