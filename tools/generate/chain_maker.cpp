// SPDX-License-Identifier: Apache-2.0
// The header's fields from its parent, from its body, and from execution.
#include "tools/generate/chain_maker.hpp"

#include <stdexcept>

#include "evm/chain/block_input.hpp"
#include "evm/chain/chain_config.hpp"
#include "evm/chain/executor.hpp"
#include "evm/chain/fees.hpp"
#include "evm/codec/wire.hpp"
#include "evm/crypto/keccak.hpp"
#include "evm/trie/list_roots.hpp"
#include "evm/trie/trie.hpp"

namespace warpevm::tools {
namespace {

// A height and a time at which mainnet was under Cancun. Prague would need the deployed code of its system
// contracts.
constexpr uint64_t first_number = 20000000, first_timestamp = 1718000003, seconds_per_slot = 12;
constexpr uint64_t gas_limit = 30000000;

Header first_parent(const MemoryState& state) {
    Header header;
    header.ommers_hash = ommers_hash({});
    header.beneficiary = Address::from_low(0xfee);
    header.state_root = state.root();
    header.transactions_root = header.receipts_root = empty_trie_root;
    header.withdrawals_root = empty_trie_root;
    header.number = first_number;
    header.timestamp = first_timestamp;
    header.gas_limit = gas_limit;
    // Half full, so that the base fee stays where it is.
    header.gas_used = gas_limit / 2;
    header.base_fee_per_gas = 10 * initial_base_fee;
    header.blob_gas_used = header.excess_blob_gas = 0;
    header.parent_beacon_block_root = Hash{};
    return header;
}

/// Two withdrawals a block, to addresses and of amounts that follow from their indices (EIP-4895).
std::vector<Withdrawal> withdrawals_of(uint64_t number) {
    std::vector<Withdrawal> withdrawals;
    for (uint64_t index = 2 * number; index < 2 * number + 2; ++index)
        withdrawals.push_back(
            {index, index % 1000, Address::from_low(0x10000 + index % 4), 1000000 + index % 1000});
    return withdrawals;
}

}  // namespace

ChainMaker::ChainMaker(MemoryState state) : m_state(std::move(state)), m_parent(first_parent(m_state)) {}

Header ChainMaker::next_header(const Rules& rules) const {
    Header header = first_parent(m_state);
    header.parent_hash = header_hash(m_parent);
    header.number = m_parent.number + 1;
    header.timestamp = m_parent.timestamp + seconds_per_slot;
    header.base_fee_per_gas = base_fee_after(m_parent);
    header.excess_blob_gas = excess_blob_gas_after(m_parent, rules);
    header.mix_hash = keccak256(header.parent_hash);
    header.parent_beacon_block_root = keccak256(header.mix_hash);
    return header;
}

Block ChainMaker::extend(std::vector<Transaction> transactions) {
    const Rules rules = mainnet().rules_at(m_parent.number + 1, m_parent.timestamp + seconds_per_slot);
    Block block;
    block.header = next_header(rules);
    block.transactions = std::move(transactions);
    block.withdrawals = withdrawals_of(block.header.number);
    block.header.transactions_root = transactions_root(block.transactions);
    block.header.withdrawals_root = withdrawals_root(*block.withdrawals);

    const BlockInput input = block_input(block, rules, recover_senders(block, rules));
    const auto outcomes = execute_serial(m_context, {&input, 1}, m_state, {});
    if (!outcomes) throw std::runtime_error(to_string(outcomes.error()));
    const BlockOutcome& outcome = outcomes->front();
    if (!outcome.verdict.valid()) throw std::runtime_error(to_string(outcome.verdict.error));
    m_state.apply(outcome.diff);
    block.header.gas_used = outcome.gas_used;
    block.header.logs_bloom = outcome.logs_bloom;
    block.header.receipts_root = outcome.receipts_root;
    block.header.state_root = m_state.root();
    m_parent = block.header;
    return block;
}

}  // namespace warpevm::tools
