// SPDX-License-Identifier: Apache-2.0
// The members in the order in which nodes give them; quantities without leading zeros, data with them.
#include "tools/generate/json.hpp"

#include <map>

#include "evm/base/hex.hpp"
#include "evm/codec/wire.hpp"

namespace warpevm::tools {
namespace {

Json access_list_json(const AccessList& list) {
    Json entries = Json::array();
    for (const AccessListEntry& entry : list) {
        Json keys = Json::array();
        for (const Bytes32& key : entry.storage_keys) keys.push_back(to_hex(key));
        entries.push_back({{"address", to_hex(entry.address)}, {"storageKeys", keys}});
    }
    return entries;
}

/// What JSON-RPC calls v: 27 or 28, or with EIP-155 the chain id in it; the parity of typed transactions.
uint64_t signature_v(const Transaction& tx) {
    if (tx.type != TxType::legacy) return tx.y_parity;
    return tx.y_parity + (tx.chain_id ? 35 + 2 * *tx.chain_id : 27);
}

Json transaction_json(const Transaction& tx, const Address& sender) {
    Json json = {{"type", to_quantity(static_cast<uint64_t>(tx.type))},
                 {"hash", to_hex(transaction_hash(tx))},
                 {"from", to_hex(sender)},
                 {"to", tx.to ? Json(to_hex(*tx.to)) : Json()},
                 {"nonce", to_quantity(tx.nonce)},
                 {"gas", to_quantity(tx.gas_limit)},
                 {"value", to_quantity(tx.value)},
                 {"input", to_hex(tx.data)}};
    if (tx.chain_id) json["chainId"] = to_quantity(*tx.chain_id);
    if (tx.type == TxType::legacy || tx.type == TxType::access_list) {
        json["gasPrice"] = to_quantity(tx.max_fee_per_gas);
    } else {
        json["maxFeePerGas"] = to_quantity(tx.max_fee_per_gas);
        json["maxPriorityFeePerGas"] = to_quantity(tx.max_priority_fee_per_gas);
    }
    if (tx.type != TxType::legacy) json["accessList"] = access_list_json(tx.access_list);
    if (tx.type != TxType::legacy) json["yParity"] = to_quantity(uint64_t{tx.y_parity});
    json["v"] = to_quantity(signature_v(tx));
    json["r"] = to_quantity(tx.r);
    json["s"] = to_quantity(tx.s);
    return json;
}

Json withdrawal_json(const Withdrawal& w) {
    return {{"index", to_quantity(w.index)},
            {"validatorIndex", to_quantity(w.validator_index)},
            {"address", to_hex(w.address)},
            {"amount", to_quantity(w.amount_gwei)}};
}

Json account_json(const MemoryState& state, const MemoryState::Account& account) {
    Json json = {{"balance", to_quantity(account.balance)}};
    if (account.nonce != 0) json["nonce"] = to_quantity(account.nonce);
    if (account.code_hash != empty_code_hash) json["code"] = to_hex(state.code(account.code_hash));
    if (!account.storage.empty()) {
        Json& storage = json["storage"];
        for (const auto& [slot, value] : std::map(account.storage.begin(), account.storage.end()))
            storage[to_hex(to_bytes32(slot))] = to_hex(to_bytes32(value));
    }
    return json;
}

}  // namespace

Json to_json(const Header& h) {
    Json json = {{"number", to_quantity(h.number)},
                 {"hash", to_hex(header_hash(h))},
                 {"parentHash", to_hex(h.parent_hash)},
                 {"sha3Uncles", to_hex(h.ommers_hash)},
                 {"miner", to_hex(h.beneficiary)},
                 {"stateRoot", to_hex(h.state_root)},
                 {"transactionsRoot", to_hex(h.transactions_root)},
                 {"receiptsRoot", to_hex(h.receipts_root)},
                 {"logsBloom", to_hex(h.logs_bloom)},
                 {"difficulty", to_quantity(h.difficulty)},
                 {"gasLimit", to_quantity(h.gas_limit)},
                 {"gasUsed", to_quantity(h.gas_used)},
                 {"timestamp", to_quantity(h.timestamp)},
                 {"extraData", to_hex(h.extra_data)},
                 {"mixHash", to_hex(h.mix_hash)},
                 {"nonce", to_hex(h.nonce)}};
    if (h.base_fee_per_gas) json["baseFeePerGas"] = to_quantity(*h.base_fee_per_gas);
    if (h.withdrawals_root) json["withdrawalsRoot"] = to_hex(*h.withdrawals_root);
    if (h.blob_gas_used) json["blobGasUsed"] = to_quantity(*h.blob_gas_used);
    if (h.excess_blob_gas) json["excessBlobGas"] = to_quantity(*h.excess_blob_gas);
    if (h.parent_beacon_block_root) json["parentBeaconBlockRoot"] = to_hex(*h.parent_beacon_block_root);
    if (h.requests_hash) json["requestsHash"] = to_hex(*h.requests_hash);
    return json;
}

Json to_json(const Block& block, std::span<const Address> senders) {
    Json json = to_json(block.header);
    Json& transactions = json["transactions"] = Json::array();
    for (size_t i = 0; i < block.transactions.size(); ++i)
        transactions.push_back(transaction_json(block.transactions[i], senders[i]));
    json["uncles"] = Json::array();
    if (block.withdrawals) {
        Json& withdrawals = json["withdrawals"] = Json::array();
        for (const Withdrawal& withdrawal : *block.withdrawals)
            withdrawals.push_back(withdrawal_json(withdrawal));
    }
    return json;
}

Json to_alloc(const MemoryState& state) {
    Json alloc = Json::object();
    for (const auto& [address, account] : std::map(state.accounts().begin(), state.accounts().end()))
        alloc[to_hex(address)] = account_json(state, account);
    return alloc;
}

}  // namespace warpevm::tools
