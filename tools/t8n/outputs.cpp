// SPDX-License-Identifier: Apache-2.0
// The result, the state afterwards and the body, in the shapes of geth's tool.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "evm/base/hex.hpp"
#include "evm/chain/fees.hpp"
#include "evm/chain/receipts.hpp"
#include "evm/chain/requests.hpp"
#include "evm/codec/rlp.hpp"
#include "evm/codec/wire.hpp"
#include "evm/trie/trie.hpp"
#include "tools/t8n/geth_words.hpp"
#include "tools/t8n/transition.hpp"

namespace warpevm::tools {
namespace {

using nlohmann::ordered_json;

std::string dumped(const ordered_json& value) {
    return value.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// What geth's tool gives as the hash of the block that is being made.
Hash block_hash() {
    Hash hash;
    hash.bytes[0] = 0x13;
    hash.bytes[1] = 0x37;
    return hash;
}

/// The transactions that were executed, by index.
std::vector<size_t> included(const BlockOutcome& outcome) {
    std::vector<size_t> indices;
    for (size_t i = 0; i < outcome.transactions.size(); ++i)
        if (outcome.transactions[i].invalid.code == ErrorCode::none) indices.push_back(i);
    return indices;
}

ordered_json log_json(const T8nTransition& t, size_t log_index, size_t position, const Hash& tx_hash) {
    const Logs& logs = t.outcome.logs;
    const LogRecord& log = logs[log_index];
    ordered_json out;
    out["address"] = to_hex(log.address);
    out["topics"] = ordered_json::array();
    for (const Bytes32& topic : logs.topics(log)) out["topics"].push_back(to_hex(topic));
    out["data"] = to_hex(logs.data(log));
    out["blockNumber"] = to_quantity(t.input.env.number);
    out["transactionHash"] = to_hex(tx_hash);
    out["transactionIndex"] = to_quantity(position);
    out["blockHash"] = to_hex(block_hash());
    out["blockTimestamp"] = to_quantity(t.input.env.timestamp);
    out["logIndex"] = to_quantity(log_index);
    out["removed"] = false;
    return out;
}

/// `position` counts the included transactions only.
ordered_json receipt_json(const T8nTransition& t, const Receipt& receipt, size_t index, size_t position) {
    const TransactionOutcome& tx = t.outcome.transactions[index];
    const Transaction& sent = *t.block.transactions[index].tx;
    const Hash hash = transaction_hash(sent);
    ordered_json out;
    if (receipt.type != TxType::legacy) out["type"] = to_quantity(static_cast<uint64_t>(receipt.type));
    out["root"] = receipt.state_root ? to_hex(*receipt.state_root) : "0x";
    out["status"] = receipt.success ? "0x1" : "0x0";
    out["cumulativeGasUsed"] = to_quantity(receipt.cumulative_gas);
    out["logsBloom"] = to_hex(receipt.bloom);
    out["logs"] = ordered_json::array();
    for (size_t i = 0; i < receipt.log_count; ++i)
        out["logs"].push_back(log_json(t, receipt.first_log + i, position, hash));
    out["transactionHash"] = to_hex(hash);
    out["contractAddress"] = to_hex(tx.created.value_or(Address{}));
    out["gasUsed"] = to_quantity(tx.gas_used);
    out["effectiveGasPrice"] = nullptr;  // geth's tool does not fill it in
    if (sent.type == TxType::blob) {
        out["blobGasUsed"] = to_quantity(sent.blob_versioned_hashes.size() * gas_per_blob);
        out["blobGasPrice"] = to_quantity(blob_base_fee(t.block.environment.excess_blob_gas, t.rules.blobs));
    }
    out["blockHash"] = to_hex(block_hash());
    out["blockNumber"] = to_quantity(t.input.env.number);
    out["transactionIndex"] = to_quantity(position);
    return out;
}

Hash transactions_root(const T8nTransition& t, const std::vector<size_t>& indices) {
    std::vector<Bytes> encoded;
    encoded.reserve(indices.size());
    for (const size_t i : indices) encoded.push_back(encode_transaction(*t.block.transactions[i].tx));
    return ordered_trie_root(encoded);
}

std::string why_rejected(const BlockTransaction& tx, const Error& error, size_t index) {
    std::string words = geth_words(error, {.sender = tx.sender, .index = index});
    // geth's tool misses the fee before it looks at the type; tools that drive it know one wording or the
    // other.
    if (error.code == ErrorCode::tx_type_not_active && tx.tx->type == TxType::blob)
        words += ": blob tx used but field env.ExcessBlobGas missing";
    return words;
}

ordered_json rejected_json(const T8nTransition& t) {
    ordered_json rejected = ordered_json::array();
    for (size_t i = 0; i < t.outcome.transactions.size(); ++i)
        if (const Error& error = t.outcome.transactions[i].invalid; error.code != ErrorCode::none)
            rejected.push_back({{"index", i}, {"error", why_rejected(t.block.transactions[i], error, i)}});
    return rejected;
}

ordered_json result_json(const T8nTransition& t, const std::vector<size_t>& indices) {
    const json::GivenEnvironment& env = t.input.env;
    const BlockOutcome& outcome = t.outcome;
    ordered_json out;
    out["stateRoot"] = to_hex(t.input.alloc.root_after(outcome.diff));
    out["txRoot"] = to_hex(transactions_root(t, indices));
    out["receiptsRoot"] = to_hex(outcome.receipts_root);
    out["logsHash"] = to_hex(logs_hash(outcome.logs));
    out["logsBloom"] = to_hex(outcome.logs_bloom);
    out["receipts"] = ordered_json::array();
    const auto receipts = make_receipts(outcome, t.block.transactions);
    for (size_t i = 0; i < receipts.size(); ++i)
        out["receipts"].push_back(receipt_json(t, receipts[i], indices[i], i));
    if (const ordered_json rejected = rejected_json(t); !rejected.empty()) out["rejected"] = rejected;
    out["currentDifficulty"] =
        env.difficulty ? ordered_json(to_quantity(*env.difficulty)) : ordered_json(nullptr);
    out["gasUsed"] = to_quantity(outcome.gas_used);
    if (env.base_fee) out["currentBaseFee"] = to_quantity(*env.base_fee);
    if (env.withdrawals) {
        std::vector<Bytes> encoded;
        for (const Withdrawal& w : *env.withdrawals) encoded.push_back(encode_withdrawal(w));
        out["withdrawalsRoot"] = to_hex(ordered_trie_root(encoded));
    }
    if (t.rules.at_least(Fork::cancun)) {
        out["currentExcessBlobGas"] = to_quantity(env.excess_blob_gas.value_or(0));
        out["blobGasUsed"] = to_quantity(outcome.blob_gas_used);
    }
    out["requests"] = nullptr;
    if (t.rules.at_least(Fork::prague)) {
        // Contracts that are not there have no requests.
        out["requestsHash"] = to_hex(requests_hash(outcome.requests));
        out["requests"] = ordered_json::array();
        for (const Bytes& request : outcome.requests) out["requests"].push_back(to_hex(request));
    }
    if (!outcome.verdict.valid()) out["blockException"] = geth_words(outcome.verdict.error, {});
    return out;
}

/// Sorted by address and slot; what is empty or zero is left out, as geth leaves it out.
ordered_json alloc_json(const MemoryState& state) {
    std::vector<std::pair<Address, const MemoryState::Account*>> accounts;
    for (const auto& [address, account] : state.accounts()) accounts.emplace_back(address, &account);
    std::sort(accounts.begin(), accounts.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    ordered_json out = ordered_json::object();
    for (const auto& [address, account] : accounts) {
        ordered_json entry;
        if (account->code_hash != empty_code_hash) entry["code"] = to_hex(state.code(account->code_hash));
        std::vector<std::pair<U256, U256>> slots(account->storage.begin(), account->storage.end());
        std::sort(slots.begin(), slots.end());
        for (const auto& [slot, value] : slots)
            entry["storage"][to_hex(to_bytes32(slot))] = to_hex(to_bytes32(value));
        entry["balance"] = to_quantity(account->balance);
        if (account->nonce != 0) entry["nonce"] = to_quantity(account->nonce);
        out[to_hex(address)] = std::move(entry);
    }
    return out;
}

std::string body_json(const T8nTransition& t, const std::vector<size_t>& indices) {
    rlp::Writer out;
    const size_t mark = out.begin_list();
    for (const size_t i : indices) {
        const Transaction& tx = *t.block.transactions[i].tx;
        const Bytes encoded = encode_transaction(tx);
        if (tx.type == TxType::legacy)
            out.raw(encoded);
        else
            out.string(encoded);
    }
    out.end_list(mark);
    return '"' + to_hex(out.bytes()) + '"';
}

}  // namespace

T8nOutputs make_outputs(const T8nTransition& t) {
    const std::vector<size_t> indices = included(t.outcome);
    MemoryState after = t.input.alloc;
    after.apply(t.outcome.diff);
    return {dumped(result_json(t, indices)), dumped(alloc_json(after)), body_json(t, indices)};
}

}  // namespace warpevm::tools
