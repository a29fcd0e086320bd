// SPDX-License-Identifier: Apache-2.0
// Writes accounts and contracts straight into a state, as if they had been deployed and funded long ago.
#include "bench/workload/world.hpp"

#include <algorithm>
#include <string>

#include "bench/workload/contracts.hpp"
#include "evm/crypto/keccak.hpp"

namespace warpevm::workload {

Address address_of(const std::string& name) {
    const Hash hash = keccak256({reinterpret_cast<const uint8_t*>(name.data()), name.size()});
    Address address;
    std::copy(hash.bytes.begin() + 12, hash.bytes.end(), address.bytes.begin());
    return address;
}

void place_token(MemoryState& state, const Address& token, std::span<const Address> holders) {
    state.set_account(token, 1, {}, code(hex::token));
    state.set_slot(token, layout::token_supply, U256{ether} * U256{holders.size()});
    for (const Address& holder : holders) state.set_slot(token, token_balance_slot(holder), ether);
}

void place_pair(MemoryState& state, const PairAddresses& addresses, std::span<const Address> traders) {
    const auto& [pair, token0, token1] = addresses;
    state.set_account(pair, 1, {}, code(hex::pair));
    state.set_slot(pair, layout::pair_token0, to_u256(token0));
    state.set_slot(pair, layout::pair_token1, to_u256(token1));
    state.set_slot(pair, layout::pair_reserves, packed_reserves(ether, ether));
    state.set_slot(pair, layout::pair_supply, ether);
    state.set_slot(pair, mapping_slot(to_u256(pair), layout::pair_shares), ether);
    std::vector<Address> holders(traders.begin(), traders.end());
    holders.push_back(pair);
    for (const Address& token : {token0, token1}) {
        place_token(state, token, holders);
        for (const Address& trader : traders)
            state.set_slot(token, token_allowance_slot(trader, pair), U256::max());
    }
}

void place_collectible(MemoryState& state, const Address& collectible) {
    state.set_account(collectible, 1, {}, code(hex::collectible));
}

World make_world(const Signer& signer, const WorldShape& shape) {
    World world;
    std::vector<Address> accounts;
    for (uint32_t i = 0; i < shape.accounts; ++i) {
        world.accounts.push_back(signer.key(i));
        accounts.push_back(world.accounts.back().address);
        world.state.set_account(accounts.back(), 0, U256{1000} * U256{ether}, {});
    }
    for (uint32_t i = 0; i < shape.pairs; ++i) {
        const std::string number = std::to_string(i);
        const PairAddresses addresses{.pair = address_of("warpevm example pair " + number),
                                      .token0 = address_of("warpevm example token " + number + " left"),
                                      .token1 = address_of("warpevm example token " + number + " right")};
        place_pair(world.state, addresses, accounts);
        world.tokens.insert(world.tokens.end(), {addresses.token0, addresses.token1});
        world.pairs.push_back(addresses);
    }
    for (uint32_t i = 0; i < shape.collectibles; ++i) {
        world.collectibles.push_back(address_of("warpevm example collectible " + std::to_string(i)));
        place_collectible(world.state, world.collectibles.back());
    }
    return world;
}

}  // namespace warpevm::workload
