// SPDX-License-Identifier: Apache-2.0
// What each mix consists of. Gas limits are ample for the example contracts and well below a block's.
#include "bench/workload/traffic.hpp"

#include <array>
#include <utility>

#include "bench/workload/contracts.hpp"

namespace warpevm::workload {
namespace {

constexpr uint64_t transfer_gas = 21000, token_gas = 80000, swap_gas = 200000, mint_gas = 250000,
                   creation_gas = 1200000;

}  // namespace

std::optional<Mix> parse_mix(std::string_view name) {
    constexpr std::array<std::pair<std::string_view, Mix>, 5> mixes{{{"transfers", Mix::transfers},
                                                                     {"erc20", Mix::erc20},
                                                                     {"swaps", Mix::swaps},
                                                                     {"mints", Mix::mints},
                                                                     {"mixed", Mix::mixed}}};
    for (const auto& [known, mix] : mixes)
        if (known == name) return mix;
    return std::nullopt;
}

Traffic::Traffic(const Signer& signer, const World& world, const TrafficOptions& options)
    : m_signer(signer),
      m_world(world),
      m_options(options),
      m_random(options.seed),
      m_nonces(world.accounts.size()) {}

std::vector<Transaction> Traffic::batch(Mix mix, size_t count) {
    std::vector<Transaction> transactions;
    transactions.reserve(count);
    for (size_t i = 0; i < count; ++i) {
        const size_t sender = below(m_world.accounts.size());
        Transaction tx = next(mix);
        tx.chain_id = m_options.chain_id;
        tx.nonce = m_nonces[sender]++;
        m_signer.sign(tx, m_world.accounts[sender]);
        transactions.push_back(std::move(tx));
    }
    return transactions;
}

Transaction Traffic::next(Mix mix) {
    switch (mix) {
        case Mix::transfers: return transfer();
        case Mix::erc20: return token_transfer();
        case Mix::swaps: return swap();
        case Mix::mints: return mint();
        case Mix::mixed: break;
    }
    return as_some_type(one_of_all());
}

size_t Traffic::pick(size_t count) {
    return below(100) < m_options.hot_percent ? 0 : below(count);
}

const Address& Traffic::any_account() {
    return m_world.accounts[pick(m_world.accounts.size())].address;
}

Transaction Traffic::call(const Address& to, uint64_t gas_limit, Bytes data) const {
    Transaction tx;
    tx.type = TxType::dynamic_fee;
    tx.gas_limit = gas_limit;
    tx.max_fee_per_gas = m_options.max_fee;
    tx.max_priority_fee_per_gas = 1000000000;
    tx.to = to;
    tx.data = std::move(data);
    return tx;
}

Transaction Traffic::transfer() {
    Transaction tx = call(any_account(), transfer_gas, {});
    tx.value = 1 + below(ether / 100);
    return tx;
}

Transaction Traffic::token_transfer() {
    const Address& token = m_world.tokens[pick(m_world.tokens.size())];
    return call(token, token_gas,
                call_data("transfer(address,uint256)", {to_u256(any_account()), 1 + below(1000000)}));
}

Transaction Traffic::swap() {
    const Address& pair = m_world.pairs[pick(m_world.pairs.size())].pair;
    const U256 zero_for_one = below(2), amount = 1000 + below(ether / 10000), least = 1;
    return call(pair, swap_gas,
                call_data("swap(bool,uint256,uint256,address)",
                          {zero_for_one, amount, least, to_u256(any_account())}));
}

Transaction Traffic::mint() {
    const Address& collectible = m_world.collectibles[pick(m_world.collectibles.size())];
    return call(collectible, mint_gas,
                call_data("mint(address,uint256)", {to_u256(any_account()), 1 + below(4)}));
}

Transaction Traffic::one_of_all() {
    switch (below(10)) {
        case 0:
        case 1: return transfer();
        case 2:
        case 3:
        case 4: return token_transfer();
        case 5:
        case 6: return swap();
        case 7: return mint();
        case 8: return overdraft();
        default: return creation();
    }
}

/// Deploys a token whose whole supply the sender gets.
Transaction Traffic::creation() {
    Transaction tx = call({}, creation_gas, code(hex::token_creation));
    tx.to.reset();
    append(tx.data, to_bytes32(U256{ether}));
    return tx;
}

/// Moves more than anybody holds, so it reverts.
Transaction Traffic::overdraft() {
    const Address& token = m_world.tokens[pick(m_world.tokens.size())];
    return call(token, token_gas,
                call_data("transfer(address,uint256)", {to_u256(any_account()), U256::max()}));
}

/// The same transaction as type 0, 1 (warming its recipient's slot 0) or 2.
Transaction Traffic::as_some_type(Transaction tx) {
    tx.type = static_cast<TxType>(below(3));
    if (tx.type != TxType::dynamic_fee) tx.max_priority_fee_per_gas = tx.max_fee_per_gas;
    if (tx.type == TxType::access_list && tx.to) {
        tx.access_list.push_back({.address = *tx.to, .storage_keys = {Bytes32{}}});
        // Intrinsic gas of an address and a key (EIP-2930).
        tx.gas_limit += 2400 + 1900;
    }
    return tx;
}

}  // namespace warpevm::workload
