// SPDX-License-Identifier: Apache-2.0
// Whole blocks and withdrawals between bytes and values (Yellow Paper 4.3, EIP-4895).
#include "evm/codec/wire_fields.hpp"
#include "evm/codec/wire_parts.hpp"

namespace warpevm {
namespace {

constexpr uint8_t first_list_byte = 0xc0;

/// In a block a legacy transaction is a list and a typed one is a string that holds the envelope (EIP-2718).
Result<Transaction> read_transaction(rlp::Reader& from) {
    const auto item = from.next();
    if (!item) return tl::unexpected(item.error());
    if (item->is_list) return decode_envelope(item->whole, item->offset);
    const size_t inner = item->offset + item->whole.size() - item->payload.size();
    if (!item->payload.empty() && item->payload[0] >= first_list_byte)
        return fail(ErrorCode::rlp_unexpected_kind,
                    "at byte " + std::to_string(inner) + ": a legacy transaction in a string");
    return decode_envelope(item->payload, inner);
}

void read_withdrawal_fields(FieldReader& in, Withdrawal& w) {
    in.u64("index", w.index);
    in.u64("validator index", w.validator_index);
    in.fixed("address", w.address.bytes);
    in.u64("amount", w.amount_gwei);
}

void read_block_fields(FieldReader& in, Block& block) {
    in.custom("header", [&](rlp::Reader& r) -> Result<void> {
        return read_header(r).map([&](Header&& header) { block.header = std::move(header); });
    });
    in.list("transactions", block.transactions, read_transaction);
    in.list("ommers", block.ommers, read_header);
    if (in.more()) in.list("withdrawals", block.withdrawals.emplace(), read_withdrawal);
}

}  // namespace

Result<Withdrawal> read_withdrawal(rlp::Reader& from) {
    return read_struct<Withdrawal>(from, read_withdrawal_fields);
}

void write_withdrawal(rlp::Writer& out, const Withdrawal& w) {
    const size_t list = out.begin_list();
    out.u64(w.index).u64(w.validator_index).string(w.address).u64(w.amount_gwei);
    out.end_list(list);
}

Bytes encode_withdrawal(const Withdrawal& withdrawal) {
    rlp::Writer out;
    write_withdrawal(out, withdrawal);
    return out.take();
}

Result<Block> decode_block(BytesView bytes) {
    auto block = decode_struct<Block>(bytes, 0, read_block_fields);
    if (block) block->rlp_size = bytes.size();
    return block;
}

Bytes encode_block(const Block& block) {
    rlp::Writer out;
    const size_t whole = out.begin_list();
    write_header(out, block.header);
    const size_t transactions = out.begin_list();
    for (const Transaction& tx : block.transactions) {
        const Bytes envelope = encode_transaction(tx);
        if (tx.type == TxType::legacy)
            out.raw(envelope);
        else
            out.string(envelope);
    }
    out.end_list(transactions);
    const size_t ommers = out.begin_list();
    for (const Header& ommer : block.ommers) write_header(out, ommer);
    out.end_list(ommers);
    if (block.withdrawals) {
        const size_t withdrawals = out.begin_list();
        for (const Withdrawal& w : *block.withdrawals) write_withdrawal(out, w);
        out.end_list(withdrawals);
    }
    return out.end_list(whole).take();
}

}  // namespace warpevm
