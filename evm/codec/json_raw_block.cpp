// SPDX-License-Identifier: Apache-2.0
// Blocks that come as RLP: headers in the form that JSON has, where each field is there or not.
#include "evm/codec/json_block.hpp"
#include "evm/codec/wire.hpp"

namespace warpevm::json {

GivenHeader given_header(const Header& header) {
    GivenHeader given;
    given.parent_hash = header.parent_hash;
    given.ommers_hash = header.ommers_hash;
    given.beneficiary = header.beneficiary;
    given.state_root = header.state_root;
    given.transactions_root = header.transactions_root;
    given.receipts_root = header.receipts_root;
    given.logs_bloom = header.logs_bloom;
    given.difficulty = header.difficulty;
    given.number = header.number;
    given.gas_limit = header.gas_limit;
    given.gas_used = header.gas_used;
    given.timestamp = header.timestamp;
    given.extra_data = header.extra_data;
    given.mix_hash = header.mix_hash;
    given.nonce = header.nonce;
    given.base_fee_per_gas = header.base_fee_per_gas;
    given.withdrawals_root = header.withdrawals_root;
    given.blob_gas_used = header.blob_gas_used;
    given.excess_blob_gas = header.excess_blob_gas;
    given.parent_beacon_block_root = header.parent_beacon_block_root;
    given.requests_hash = header.requests_hash;
    return given;
}

Result<GivenBlock> read_raw_block(const Value& value) {
    Bytes rlp;
    if (auto done = read(value, rlp); !done) return value.expected("a block, or its RLP in hexadecimal");
    auto block = decode_block(rlp);
    if (!block) return value.wrong("not the RLP of a block: " + to_string(block.error()));
    GivenBlock given;
    given.header = given_header(block->header);
    given.transactions.reserve(block->transactions.size());
    for (Transaction& tx : block->transactions) given.transactions.emplace_back().tx = std::move(tx);
    given.ommers = std::move(block->ommers);
    given.withdrawals = std::move(block->withdrawals);
    return given;
}

}  // namespace warpevm::json
