// SPDX-License-Identifier: Apache-2.0
// A small signed Cancun block over a complete state, made and executed in memory, as the folder that `run`
// reads.
#pragma once

#include <nlohmann/json.hpp>

#include "evm/base/hex.hpp"
#include "evm/chain/block_input.hpp"
#include "evm/chain/chain_config.hpp"
#include "evm/chain/context.hpp"
#include "evm/chain/fees.hpp"
#include "evm/chain/header_validation.hpp"
#include "evm/codec/signature.hpp"
#include "evm/codec/wire.hpp"
#include "evm/crypto/secp256k1.hpp"
#include "evm/state/memory_state.hpp"
#include "evm/trie/trie.hpp"
#include "tests/cli/temporary_folder.hpp"
#include "tools/t8n/sign.hpp"

namespace warpevm::tools {

struct ExampleBlock {
    nlohmann::json block;
    nlohmann::json parent;
    nlohmann::json prestate;
    Address sender;

    void write(const TemporaryFolder& folder, const std::string& name = "block") const {
        folder.write(name + "/block.json", block.dump());
        folder.write(name + "/parent.json", parent.dump());
        folder.write(name + "/prestate.json", prestate.dump());
    }
};

inline nlohmann::json header_json(const Header& h) {
    nlohmann::json out{{"hash", to_hex(header_hash(h))},
                       {"parentHash", to_hex(h.parent_hash)},
                       {"sha3Uncles", to_hex(h.ommers_hash)},
                       {"miner", to_hex(h.beneficiary)},
                       {"stateRoot", to_hex(h.state_root)},
                       {"transactionsRoot", to_hex(h.transactions_root)},
                       {"receiptsRoot", to_hex(h.receipts_root)},
                       {"logsBloom", to_hex(h.logs_bloom)},
                       {"difficulty", to_quantity(h.difficulty)},
                       {"number", to_quantity(h.number)},
                       {"gasLimit", to_quantity(h.gas_limit)},
                       {"gasUsed", to_quantity(h.gas_used)},
                       {"timestamp", to_quantity(h.timestamp)},
                       {"extraData", to_hex(h.extra_data)},
                       {"mixHash", to_hex(h.mix_hash)},
                       {"nonce", to_hex(h.nonce)},
                       {"baseFeePerGas", to_quantity(*h.base_fee_per_gas)},
                       {"withdrawalsRoot", to_hex(*h.withdrawals_root)},
                       {"blobGasUsed", to_quantity(*h.blob_gas_used)},
                       {"excessBlobGas", to_quantity(*h.excess_blob_gas)},
                       {"parentBeaconBlockRoot", to_hex(*h.parent_beacon_block_root)}};
    return out;
}

inline nlohmann::json transaction_json(const Transaction& tx, const Address& from) {
    return {{"type", "0x2"},
            {"chainId", to_quantity(*tx.chain_id)},
            {"nonce", to_quantity(tx.nonce)},
            {"gas", to_quantity(tx.gas_limit)},
            {"maxFeePerGas", to_quantity(tx.max_fee_per_gas)},
            {"maxPriorityFeePerGas", to_quantity(tx.max_priority_fee_per_gas)},
            {"to", to_hex(*tx.to)},
            {"value", to_quantity(tx.value)},
            {"input", to_hex(tx.data)},
            {"accessList", nlohmann::json::array()},
            {"v", to_quantity(uint64_t{tx.y_parity})},
            {"yParity", to_quantity(uint64_t{tx.y_parity})},
            {"r", to_quantity(tx.r)},
            {"s", to_quantity(tx.s)},
            {"from", to_hex(from)},
            {"hash", to_hex(transaction_hash(tx))}};
}

/// Two transfers and a withdrawal at mainnet's Cancun time. The contract at 0xc0de stores 1 in slot 0 when
/// called.
inline ExampleBlock make_example_block() {
    const Bytes32 key = to_bytes32(0x4567);
    const Address contract = Address::from_low(0xc0de);
    std::vector<Transaction> txs;
    for (uint64_t nonce = 0; nonce < 2; ++nonce) {
        Transaction tx;
        tx.type = TxType::dynamic_fee;
        tx.nonce = nonce;
        tx.gas_limit = 100000;
        tx.max_fee_per_gas = 2000000000;
        tx.max_priority_fee_per_gas = 1000000000;
        tx.to = nonce == 0 ? Address::from_low(0xbeef) : contract;
        tx.value = nonce == 0 ? 1000 : 0;
        EXPECT_TRUE(sign(tx, key, 1, true));
        txs.push_back(tx);
    }
    ExampleBlock example;
    example.sender = *recover_sender(txs[0], Fork::cancun, 1);
    example.prestate = {
        {to_hex(example.sender), {{"balance", "0xde0b6b3a7640000"}}},
        {to_hex(contract), {{"balance", "0x0"}, {"nonce", "0x1"}, {"code", "0x600160005500"}}}};
    MemoryState state;
    state.set_account(example.sender, 0, U256{1000000000000000000}, {});
    state.set_account(contract, 1, 0, Bytes{0x60, 0x01, 0x60, 0x00, 0x55, 0x00});

    Header parent;
    parent.number = 19900000;
    parent.timestamp = 1716000000;
    parent.gas_limit = 30000000;
    parent.gas_used = 15000000;
    parent.ommers_hash = ommers_hash({});
    parent.state_root = state.root();
    parent.transactions_root = parent.receipts_root = empty_trie_root;
    parent.base_fee_per_gas = 1000000000;
    parent.withdrawals_root = empty_trie_root;
    parent.blob_gas_used = parent.excess_blob_gas = 0;
    parent.parent_beacon_block_root = Hash{};

    Block block;
    block.transactions = txs;
    block.withdrawals = {{Withdrawal{7, 8, Address::from_low(0xfeed), 5}}};
    Header& header = block.header = parent;
    header.parent_hash = header_hash(parent);
    header.number += 1;
    header.timestamp += 12;
    header.beneficiary = Address::from_low(0xfee);
    header.base_fee_per_gas = base_fee_after(parent);
    header.transactions_root =
        ordered_trie_root(std::vector<Bytes>{encode_transaction(txs[0]), encode_transaction(txs[1])});
    header.withdrawals_root =
        ordered_trie_root(std::vector<Bytes>{encode_withdrawal(block.withdrawals->front())});
    const Rules rules = mainnet().rules_at(header.number, header.timestamp);
    EXPECT_EQ(rules.fork, Fork::cancun);
    ExecutionContext context;
    const BlockInput input = block_input(block, rules, recover_senders(block, rules));
    const auto outcomes = execute_serial(context, {&input, 1}, state, {});
    EXPECT_TRUE(outcomes && outcomes->front().verdict.valid());
    header.gas_used = outcomes->front().gas_used;
    header.logs_bloom = outcomes->front().logs_bloom;
    header.receipts_root = outcomes->front().receipts_root;
    header.state_root = state.root_after(outcomes->front().diff);

    example.parent = header_json(parent);
    example.block = header_json(header);
    example.block["uncles"] = nlohmann::json::array();
    for (const Transaction& tx : txs)
        example.block["transactions"].push_back(transaction_json(tx, example.sender));
    example.block["withdrawals"] = {{{"index", "0x7"},
                                     {"validatorIndex", "0x8"},
                                     {"address", to_hex(Address::from_low(0xfeed))},
                                     {"amount", "0x5"}}};
    return example;
}

}  // namespace warpevm::tools
