// SPDX-License-Identifier: Apache-2.0
// What each mix consists of. The order of the draws is part of it: the same seed must go on giving the same
// bytes.
#include "bench/workload/traffic.hpp"

#include <array>
#include <utility>

#include "bench/workload/calls.hpp"

namespace warpevm::workload {

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
    for (Draft& draft : drafts(mix, count)) {
        m_signer.sign(draft.tx, m_world.accounts[draft.sender]);
        transactions.push_back(std::move(draft.tx));
    }
    return transactions;
}

std::vector<Draft> Traffic::drafts(Mix mix, size_t count) {
    std::vector<Draft> drafts;
    drafts.reserve(count);
    for (size_t i = 0; i < count; ++i) {
        const size_t sender = below(m_world.accounts.size());
        Transaction tx = next(mix);
        tx.chain_id = m_options.chain_id;
        tx.nonce = m_nonces[sender]++;
        drafts.push_back({sender, std::move(tx)});
    }
    return drafts;
}

Transaction Traffic::next(Mix mix) {
    switch (mix) {
        case Mix::transfers: return offering_fee(any_transfer());
        case Mix::erc20: return offering_fee(any_token_transfer());
        case Mix::swaps: return offering_fee(any_swap());
        case Mix::mints: return offering_fee(any_mint());
        case Mix::mixed: break;
    }
    return as_some_type(offering_fee(one_of_all()));
}

Transaction Traffic::offering_fee(Transaction tx) const {
    tx.max_fee_per_gas = m_options.max_fee;
    return tx;
}

size_t Traffic::pick(size_t count) {
    return below(100) < m_options.hot_percent ? 0 : below(count);
}

const Address& Traffic::any_account() {
    return m_world.accounts[pick(m_world.accounts.size())].address;
}

const Address& Traffic::any_token() {
    return m_world.tokens[pick(m_world.tokens.size())];
}

Transaction Traffic::any_transfer() {
    const Address& to = any_account();
    return transfer(to, 1 + below(ether / 100));
}

Transaction Traffic::any_token_transfer() {
    const Address& token = any_token();
    const Address& to = any_account();
    return token_transfer(token, to, 1 + below(1000000));
}

Transaction Traffic::any_swap() {
    const Address& pair = m_world.pairs[pick(m_world.pairs.size())].pair;
    const bool zero_for_one = below(2) != 0;
    const uint64_t units = 1000 + below(ether / 10000);
    return swap(pair, zero_for_one, units, any_account());
}

Transaction Traffic::any_mint() {
    const Address& collectible = m_world.collectibles[pick(m_world.collectibles.size())];
    const Address& to = any_account();
    return mint(collectible, to, 1 + below(4));
}

Transaction Traffic::one_of_all() {
    switch (below(10)) {
        case 0:
        case 1: return any_transfer();
        case 2:
        case 3:
        case 4: return any_token_transfer();
        case 5:
        case 6: return any_swap();
        case 7: return any_mint();
        case 8: return overdraft();
        default: return token_creation(ether);
    }
}

/// Moves more than anybody holds, so it reverts.
Transaction Traffic::overdraft() {
    const Address& token = any_token();
    return token_transfer(token, any_account(), U256::max());
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
