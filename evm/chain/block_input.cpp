// SPDX-License-Identifier: Apache-2.0
#include "evm/chain/block_input.hpp"

#include "evm/codec/signature.hpp"
#include "evm/codec/wire.hpp"

namespace warpevm {

BlockEnvironment block_environment(const Header& header, const Rules& rules) {
    return {
        .number = header.number,
        .timestamp = header.timestamp,
        .gas_limit = header.gas_limit,
        .beneficiary = header.beneficiary,
        .base_fee = header.base_fee_per_gas.value_or(U256{}),
        .difficulty_or_randao = rules.at_least(Fork::paris) ? to_u256(header.mix_hash) : header.difficulty,
        .excess_blob_gas = header.excess_blob_gas.value_or(0),
        .parent_hash = header.parent_hash,
        .parent_beacon_block_root = header.parent_beacon_block_root};
}

std::vector<BlockTransaction> recover_senders(const Block& block, const Rules& rules) {
    std::vector<BlockTransaction> transactions;
    transactions.reserve(block.transactions.size());
    for (const Transaction& tx : block.transactions) {
        BlockTransaction& t = transactions.emplace_back();
        t.tx = &tx;
        if (const auto sender = recover_sender(tx, rules.fork, rules.chain_id))
            t.sender = *sender;
        else
            t.invalid = sender.error();
    }
    return transactions;
}

BlockInput block_input(const Block& block, const Rules& rules, std::vector<BlockTransaction> transactions) {
    BlockInput input{.rules = rules,
                     .environment = block_environment(block.header, rules),
                     .transactions = std::move(transactions),
                     .ommers = {},
                     .withdrawals = block.withdrawals};
    for (const Header& ommer : block.ommers) input.ommers.push_back({ommer.beneficiary, ommer.number});
    return input;
}

}  // namespace warpevm
