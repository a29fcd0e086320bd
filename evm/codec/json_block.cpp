// SPDX-License-Identifier: Apache-2.0
// Reads headers and blocks member by member.
#include "evm/codec/json_block.hpp"

#include <fmt/format.h>

#include "evm/codec/json_rpc.hpp"
#include "evm/codec/wire.hpp"

namespace warpevm::json {
namespace {

template <class T>
T or_zero(const std::optional<T>& value) {
    return value.value_or(T{});
}

}  // namespace

Header GivenHeader::with_defaults() const {
    Header header;
    header.parent_hash = or_zero(parent_hash);
    header.ommers_hash = or_zero(ommers_hash);
    header.beneficiary = or_zero(beneficiary);
    header.state_root = or_zero(state_root);
    header.transactions_root = or_zero(transactions_root);
    header.receipts_root = or_zero(receipts_root);
    header.logs_bloom = or_zero(logs_bloom);
    header.difficulty = or_zero(difficulty);
    header.number = or_zero(number);
    header.gas_limit = or_zero(gas_limit);
    header.gas_used = or_zero(gas_used);
    header.timestamp = or_zero(timestamp);
    header.extra_data = or_zero(extra_data);
    header.mix_hash = or_zero(mix_hash);
    header.nonce = or_zero(nonce);
    header.base_fee_per_gas = base_fee_per_gas;
    header.withdrawals_root = withdrawals_root;
    header.blob_gas_used = blob_gas_used;
    header.excess_blob_gas = excess_blob_gas;
    header.parent_beacon_block_root = parent_beacon_block_root;
    header.requests_hash = requests_hash;
    return header;
}

std::vector<std::string_view> GivenHeader::missing(Fork fork) const {
    std::vector<std::string_view> names;
    const auto need = [&](const auto& member, std::string_view name) {
        if (!member) names.push_back(name);
    };
    need(parent_hash, "parentHash");
    need(ommers_hash, "sha3Uncles");
    need(beneficiary, "miner");
    need(state_root, "stateRoot");
    need(transactions_root, "transactionsRoot");
    need(receipts_root, "receiptsRoot");
    need(logs_bloom, "logsBloom");
    need(difficulty, "difficulty");
    need(number, "number");
    need(gas_limit, "gasLimit");
    need(gas_used, "gasUsed");
    need(timestamp, "timestamp");
    need(extra_data, "extraData");
    need(mix_hash, "mixHash");
    need(nonce, "nonce");
    if (fork >= Fork::london) need(base_fee_per_gas, "baseFeePerGas");
    if (fork >= Fork::shanghai) need(withdrawals_root, "withdrawalsRoot");
    if (fork >= Fork::cancun) {
        need(blob_gas_used, "blobGasUsed");
        need(excess_blob_gas, "excessBlobGas");
        need(parent_beacon_block_root, "parentBeaconBlockRoot");
    }
    if (fork >= Fork::prague) need(requests_hash, "requestsHash");
    return names;
}

Result<void> read(const Value& value, GivenHeader& into) {
    Fields fields(value);
    const auto either = [&](const char* first, const char* second) {
        return value.has(first) ? first : second;
    };
    fields.optional("hash", into.hash).optional("parentHash", into.parent_hash);
    fields.optional(either("sha3Uncles", "uncleHash"), into.ommers_hash);
    fields.optional(either("miner", "coinbase"), into.beneficiary).optional("stateRoot", into.state_root);
    fields.optional(either("transactionsRoot", "transactionsTrie"), into.transactions_root);
    fields.optional(either("receiptsRoot", "receiptTrie"), into.receipts_root);
    fields.optional(either("logsBloom", "bloom"), into.logs_bloom).optional("difficulty", into.difficulty);
    fields.optional("totalDifficulty", into.total_difficulty);
    fields.optional("number", into.number)
        .optional("gasLimit", into.gas_limit)
        .optional("gasUsed", into.gas_used);
    fields.optional("timestamp", into.timestamp).optional("extraData", into.extra_data);
    fields.optional(either("mixHash", "prevRandao"), into.mix_hash).optional("nonce", into.nonce);
    fields.optional("baseFeePerGas", into.base_fee_per_gas)
        .optional("withdrawalsRoot", into.withdrawals_root);
    fields.optional("blobGasUsed", into.blob_gas_used).optional("excessBlobGas", into.excess_blob_gas);
    fields.optional("parentBeaconBlockRoot", into.parent_beacon_block_root);
    fields.optional("requestsHash", into.requests_hash);
    return fields.result();
}

bool GivenBlock::has_unknown_ommers() const {
    if (ommers) return false;
    if (ommer_hashes) return !ommer_hashes->empty();
    return header.ommers_hash && *header.ommers_hash != warpevm::ommers_hash({});
}

Result<GivenBlock> read_block(const Value& value) {
    const auto block_json = rpc_result(value);
    if (!block_json) return tl::unexpected(block_json.error());
    if (block_json->is_string()) return read_raw_block(*block_json);
    if (!block_json->is_object()) return block_json->expected("a block as an object, or its RLP");
    GivenBlock block;
    if (auto done = read(*block_json, block.header); !done) return tl::unexpected(done.error());
    for (const char* key : {"number", "timestamp", "gasLimit", "transactions"})
        if (const auto member = block_json->at(key); !member) return tl::unexpected(member.error());
    if (!block.header.beneficiary) return tl::unexpected(block_json->at("miner").error());
    if (const auto first = block_json->find("transactions")->at(size_t{0}); first && first->is_string())
        return first->wrong("expected a transaction, got a hash: ask the node for full transactions");
    Fields fields(*block_json);
    fields.required("transactions", block.transactions);
    fields.optional("uncles", block.ommer_hashes).optional("withdrawals", block.withdrawals);
    if (const auto done = fields.result(); !done) return tl::unexpected(done.error());
    return block;
}

Result<void> check_executable(const GivenBlock& block, Fork fork, std::string_view file) {
    const auto missing = [&](std::string_view name) {
        return fail(ErrorCode::json_field, fmt::format("{}: {}: is missing, and {} can't execute without it",
                                                       file, name, warpevm::name(fork)));
    };
    const GivenHeader& header = block.header;
    for (size_t i = 0; i < block.transactions.size(); ++i)
        if (block.transactions[i].lacks_access_list && block.transactions[i].tx.is_signed())
            return missing(fmt::format("transactions[{}].accessList", i));
    if (fork >= Fork::london && !header.base_fee_per_gas) return missing("baseFeePerGas");
    if (fork < Fork::paris && !header.difficulty) return missing("difficulty");
    if (fork >= Fork::paris && !header.mix_hash) return missing("mixHash");
    if (fork >= Fork::cancun && !header.excess_blob_gas) return missing("excessBlobGas");
    if (header.is_bare()) return {};
    if (fork < Fork::paris && !block.ommers && !block.ommer_hashes && !header.ommers_hash)
        return missing("uncles");
    if (fork >= Fork::shanghai && !block.withdrawals) return missing("withdrawals");
    if (fork >= Fork::cancun && !header.parent_beacon_block_root) return missing("parentBeaconBlockRoot");
    if (fork >= Fork::prague && !header.parent_hash) return missing("parentHash");
    return {};
}

}  // namespace warpevm::json
