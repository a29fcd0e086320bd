// SPDX-License-Identifier: Apache-2.0
// Addresses from seeds, the block's environment, and its fingerprint.
#include "bench/workload/prepared_block.hpp"

#include <algorithm>
#include <string>

#include "bench/workload/world.hpp"
#include "evm/codec/wire.hpp"
#include "evm/crypto/keccak.hpp"

namespace warpevm::workload {
namespace {

/// Mainnet's block gas limit at the height and time below, which are under Cancun.
constexpr uint64_t number = 20000001, timestamp = 1718000015, usual_gas_limit = 30000000;
constexpr uint64_t base_fee = 10000000000;
constexpr Address beneficiary = Address::from_low(0xfee);

BlockEnvironment environment(uint64_t seed, uint64_t gas_limit) {
    BlockEnvironment e;
    e.number = number;
    e.timestamp = timestamp;
    e.gas_limit = gas_limit;
    e.beneficiary = beneficiary;
    e.base_fee = base_fee;
    e.difficulty_or_randao = to_u256(keccak256(to_bytes32(seed)));
    return e;
}

}  // namespace

Hash fingerprint(const PreparedBlock& block) {
    const BlockEnvironment& e = block.input.environment;
    Bytes bytes;
    append(bytes, block.state.root());
    append(bytes, e.beneficiary);
    append(bytes, e.parent_hash);
    for (const U256& value :
         {U256{e.number}, U256{e.timestamp}, U256{e.gas_limit}, e.base_fee, e.difficulty_or_randao,
          U256{e.excess_blob_gas}, U256{static_cast<uint64_t>(block.input.rules.fork)}})
        append(bytes, to_bytes32(value));
    for (const BlockTransaction& tx : block.input.transactions) {
        append(bytes, tx.sender);
        append(bytes, encode_transaction(*tx.tx));
    }
    return keccak256(bytes);
}

Zipf::Zipf(size_t count) {
    constexpr uint64_t one = uint64_t{1} << 40;
    uint64_t sum = 0;
    m_sums.reserve(count);
    for (size_t k = 1; k <= count; ++k) m_sums.push_back(sum += one / k);
}

size_t Zipf::draw(Random& random) const {
    const uint64_t point = random.below(m_sums.back());
    return static_cast<size_t>(std::upper_bound(m_sums.begin(), m_sums.end(), point) - m_sums.begin());
}

BlockBuilder::BlockBuilder(uint64_t seed) : random(seed), m_seed(seed) {}

Address BlockBuilder::address(std::string_view kind, uint64_t index) const {
    return address_of("warpevm bench " + std::string(kind) + " " + std::to_string(index) + " of seed " +
                      std::to_string(m_seed));
}

Address BlockBuilder::fund(std::string_view kind, uint64_t index, const U256& wei) {
    const Address account = address(kind, index);
    state.set_account(account, 0, wei, {});
    return account;
}

std::vector<Address> BlockBuilder::fund_all(std::string_view kind, size_t count, const U256& wei) {
    std::vector<Address> accounts;
    accounts.reserve(count);
    for (size_t i = 0; i < count; ++i) accounts.push_back(fund(kind, i, wei));
    return accounts;
}

void BlockBuilder::add(const Address& sender, Transaction tx) {
    tx.chain_id = 1;
    tx.nonce = m_nonces[sender]++;
    m_senders.push_back(sender);
    m_transactions.push_back(std::move(tx));
}

PreparedBlock BlockBuilder::finish() && {
    // A beneficiary is hardly ever new in real blocks.
    state.set_account(beneficiary, 0, ether, {});
    PreparedBlock block;
    block.state = std::move(state);
    block.transactions = std::move(m_transactions);
    uint64_t gas = 0;
    for (size_t i = 0; i < block.transactions.size(); ++i) {
        gas += block.transactions[i].gas_limit;
        block.input.transactions.push_back({&block.transactions[i], m_senders[i], {}});
    }
    block.input.rules = {.fork = Fork::cancun, .chain_id = 1, .blobs = mainnet_blob_schedule(Fork::cancun)};
    block.input.environment = environment(m_seed, std::max(usual_gas_limit, gas));
    block.input.withdrawals.emplace();
    return block;
}

}  // namespace warpevm::workload
