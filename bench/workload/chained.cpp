// SPDX-License-Identifier: Apache-2.0
// Blocks in which a transaction can't do what it does before an earlier one has committed.
#include <utility>

#include "bench/workload/calls.hpp"
#include "bench/workload/scenario.hpp"
#include "bench/workload/world.hpp"

namespace warpevm::workload {

/// Ether travels from account to account; each has only the fee of its own. With a distance of d, d such
/// chains alternate.
PreparedBlock ether_chain(const ScenarioSize& size, uint32_t distance) {
    BlockBuilder block(size.seed);
    const U256 fee = U256{21000} * U256{usual_max_fee};
    const U256 wei = ether + block.random.below(ether);
    for (size_t i = 0; i < size.transactions; ++i) {
        const Address sender = block.fund("sender", i, i < distance ? fee + wei : fee);
        block.add(sender, transfer(block.address("sender", i + distance), wei));
    }
    return std::move(block).finish();
}

/// Tokens travel likewise, so that each transaction reads and writes what the one before it wrote.
PreparedBlock token_chain(const ScenarioSize& size, uint32_t distance) {
    BlockBuilder block(size.seed);
    const Address token = block.address("token", 0);
    std::vector<Address> holders;
    for (size_t i = 0; i < distance; ++i) holders.push_back(block.address("sender", i));
    place_token(block.state, token, holders);
    for (size_t i = 0; i < size.transactions; ++i) {
        const Address sender = block.fund("sender", i, ether);
        block.add(sender, token_transfer(token, block.address("sender", i + distance), ether));
    }
    return std::move(block).finish();
}

PreparedBlock nonce_chain(const ScenarioSize& size, uint32_t) {
    BlockBuilder block(size.seed);
    const Address sender = block.fund("sender", 0, U256{2 * size.transactions} * U256{ether});
    for (size_t i = 0; i < size.transactions; ++i)
        block.add(sender, transfer(block.fund("recipient", i, ether), 1 + block.random.below(ether)));
    return std::move(block).finish();
}

}  // namespace warpevm::workload
