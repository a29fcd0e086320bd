// SPDX-License-Identifier: Apache-2.0
// Blocks whose transactions do not meet: each has a sender and a recipient, or a contract's slots, of its
// own.
#include <utility>

#include "bench/workload/calls.hpp"
#include "bench/workload/computation.hpp"
#include "bench/workload/scenario.hpp"
#include "bench/workload/world.hpp"

namespace warpevm::workload {
namespace {

const U256 funds = U256{1000} * U256{ether};

PreparedBlock computations(const ScenarioSize& size, uint32_t rounds, Bytes contract_code) {
    BlockBuilder block(size.seed);
    const Address contract = block.address("contract", 0);
    block.state.set_account(contract, 1, {}, contract_code);
    for (const Address& sender : block.fund_all("sender", size.transactions, funds))
        block.add(sender, computation_call(contract, rounds, block.random.below(~uint64_t{0})));
    return std::move(block).finish();
}

}  // namespace

PreparedBlock independent_transfers(const ScenarioSize& size, uint32_t) {
    BlockBuilder block(size.seed);
    for (size_t i = 0; i < size.transactions; ++i) {
        const Address recipient = block.fund("recipient", i, ether);
        block.add(block.fund("sender", i, funds), transfer(recipient, 1 + block.random.below(ether)));
    }
    return std::move(block).finish();
}

PreparedBlock independent_token_transfers(const ScenarioSize& size, uint32_t) {
    BlockBuilder block(size.seed);
    const Address token = block.address("token", 0);
    const auto senders = block.fund_all("sender", size.transactions, funds);
    const auto recipients = block.fund_all("recipient", size.transactions, ether);
    std::vector<Address> holders = senders;
    holders.insert(holders.end(), recipients.begin(), recipients.end());
    place_token(block.state, token, holders);
    for (size_t i = 0; i < size.transactions; ++i)
        block.add(senders[i], token_transfer(token, recipients[i], 1 + block.random.below(1000000)));
    return std::move(block).finish();
}

/// Each sender has a pair, and the pair's two tokens, of its own.
PreparedBlock independent_swaps(const ScenarioSize& size, uint32_t) {
    BlockBuilder block(size.seed);
    for (size_t i = 0; i < size.transactions; ++i) {
        const Address sender = block.fund("sender", i, funds);
        const PairAddresses pair{block.address("pair", i), block.address("left", i),
                                 block.address("right", i)};
        place_pair(block.state, pair, {&sender, 1});
        const bool zero_for_one = block.random.below(2) != 0;
        block.add(sender, swap(pair.pair, zero_for_one, 1000 + block.random.below(ether / 10000), sender));
    }
    return std::move(block).finish();
}

PreparedBlock independent_arithmetic(const ScenarioSize& size, uint32_t rounds) {
    return computations(size, rounds, arithmetic_code());
}

PreparedBlock independent_hashing(const ScenarioSize& size, uint32_t rounds) {
    return computations(size, rounds, hashing_code());
}

}  // namespace warpevm::workload
