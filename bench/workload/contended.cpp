// SPDX-License-Identifier: Apache-2.0
// Blocks whose transactions meet by chance or by choice.
#include <algorithm>
#include <utility>

#include "bench/workload/scenario.hpp"
#include "bench/workload/traffic.hpp"

namespace warpevm::workload {
namespace {

const U256 funds = U256{1000} * U256{ether};

/// Senders, as many as transactions, and recipients, of which number 0 is the hot one.
struct Parties {
    std::vector<Address> senders, recipients;
};

Parties make_parties(BlockBuilder& block, const ScenarioSize& size) {
    return {block.fund_all("sender", size.transactions, funds),
            block.fund_all("recipient", size.transactions + 1, ether)};
}

/// Exactly `percent` of the transactions are hot, evenly spread.
bool is_hot(size_t index, uint32_t percent) {
    return (index + 1) * percent / 100 != index * percent / 100;
}

template <class Choose>
PreparedBlock token_transfers(const ScenarioSize& size, Choose&& recipient_of) {
    BlockBuilder block(size.seed);
    const Address token = block.address("token", 0);
    const Parties parties = make_parties(block, size);
    std::vector<Address> holders = parties.senders;
    holders.insert(holders.end(), parties.recipients.begin(), parties.recipients.end());
    place_token(block.state, token, holders);
    for (size_t i = 0; i < size.transactions; ++i) {
        const Address& recipient = parties.recipients[recipient_of(block.random, i)];
        block.add(parties.senders[i], token_transfer(token, recipient, 1 + block.random.below(1000000)));
    }
    return std::move(block).finish();
}

}  // namespace

PreparedBlock mints(const ScenarioSize& size, uint32_t collectibles) {
    BlockBuilder block(size.seed);
    for (uint32_t i = 0; i < collectibles; ++i)
        place_collectible(block.state, block.address("collectible", i));
    for (const Address& sender : block.fund_all("sender", size.transactions, funds)) {
        const Address collectible = block.address("collectible", block.random.below(collectibles));
        block.add(sender, mint(collectible, sender, 1 + block.random.below(4)));
    }
    return std::move(block).finish();
}

/// The example blocks' mixture, each account sending about four times. Here the accounts are those with keys.
PreparedBlock mixture(const ScenarioSize& size, uint32_t) {
    const auto accounts = static_cast<uint32_t>(std::clamp<size_t>(size.transactions / 4, 16, 4096));
    const Signer signer;
    const World world = make_world(signer, {.accounts = accounts, .pairs = 8, .collectibles = 4});
    BlockBuilder block(size.seed);
    block.state = world.state;
    for (Draft& draft : Traffic(signer, world, {.seed = size.seed}).drafts(Mix::mixed, size.transactions))
        block.add(world.accounts[draft.sender].address, std::move(draft.tx));
    return std::move(block).finish();
}

PreparedBlock zipf_token_transfers(const ScenarioSize& size, uint32_t) {
    const Zipf zipf(size.transactions);
    return token_transfers(size, [&](Random& random, size_t) { return zipf.draw(random); });
}

PreparedBlock hot_slot(const ScenarioSize& size, uint32_t percent) {
    return token_transfers(size, [&](Random&, size_t i) { return is_hot(i, percent) ? 0 : i + 1; });
}

PreparedBlock hot_account(const ScenarioSize& size, uint32_t percent) {
    BlockBuilder block(size.seed);
    const Parties parties = make_parties(block, size);
    for (size_t i = 0; i < size.transactions; ++i) {
        const Address& recipient = parties.recipients[is_hot(i, percent) ? 0 : i + 1];
        block.add(parties.senders[i], transfer(recipient, 1 + block.random.below(ether)));
    }
    return std::move(block).finish();
}

PreparedBlock hot_pair(const ScenarioSize& size, uint32_t percent) {
    BlockBuilder block(size.seed);
    const auto senders = block.fund_all("sender", size.transactions, funds);
    std::vector<Address> hot_senders;
    for (size_t i = 0; i < size.transactions; ++i)
        if (is_hot(i, percent)) hot_senders.push_back(senders[i]);
    const auto pair_number = [&](size_t i) {
        return PairAddresses{block.address("pair", i), block.address("left", i), block.address("right", i)};
    };
    const PairAddresses hot = pair_number(0);
    place_pair(block.state, hot, hot_senders);
    for (size_t i = 0; i < size.transactions; ++i) {
        PairAddresses pair = hot;
        if (!is_hot(i, percent)) {
            pair = pair_number(i + 1);
            place_pair(block.state, pair, {&senders[i], 1});
        }
        const bool zero_for_one = block.random.below(2) != 0;
        block.add(senders[i],
                  swap(pair.pair, zero_for_one, 1000 + block.random.below(ether / 10000), senders[i]));
    }
    return std::move(block).finish();
}

}  // namespace warpevm::workload
