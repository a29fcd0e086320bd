// SPDX-License-Identifier: Apache-2.0
// Writes accounts and contracts straight into a state, as if they had been deployed and funded long ago.
#include "bench/workload/world.hpp"

#include <algorithm>
#include <string>

#include "bench/workload/contracts.hpp"
#include "evm/crypto/keccak.hpp"

namespace warpevm::workload {
namespace {

/// Contracts live at the ends of hashes of their names.
Address address_of(const std::string& name) {
    const Hash hash = keccak256({reinterpret_cast<const uint8_t*>(name.data()), name.size()});
    Address address;
    std::copy(hash.bytes.begin() + 12, hash.bytes.end(), address.bytes.begin());
    return address;
}

void place_token(World& world, const Address& token, uint64_t holders) {
    world.state.set_account(token, 1, {}, code(hex::token));
    world.state.set_slot(token, layout::token_supply, U256{ether} * U256{holders});
    for (const Key& account : world.accounts)
        world.state.set_slot(token, token_balance_slot(account.address), ether);
    world.tokens.push_back(token);
}

void place_pair(World& world, const PairAddresses& addresses) {
    const auto& [pair, token0, token1] = addresses;
    world.state.set_account(pair, 1, {}, code(hex::pair));
    world.state.set_slot(pair, layout::pair_token0, to_u256(token0));
    world.state.set_slot(pair, layout::pair_token1, to_u256(token1));
    world.state.set_slot(pair, layout::pair_reserves, packed_reserves(ether, ether));
    world.state.set_slot(pair, layout::pair_supply, ether);
    world.state.set_slot(pair, mapping_slot(to_u256(pair), layout::pair_shares), ether);
    for (const Address& token : {token0, token1}) {
        world.state.set_slot(token, token_balance_slot(pair), ether);
        for (const Key& account : world.accounts)
            world.state.set_slot(token, token_allowance_slot(account.address, pair), U256::max());
    }
    world.pairs.push_back(addresses);
}

}  // namespace

World make_world(const Signer& signer, const WorldShape& shape) {
    World world;
    for (uint32_t i = 0; i < shape.accounts; ++i) {
        world.accounts.push_back(signer.key(i));
        world.state.set_account(world.accounts.back().address, 0, U256{1000} * U256{ether}, {});
    }
    for (uint32_t i = 0; i < shape.pairs; ++i) {
        const std::string number = std::to_string(i);
        const PairAddresses addresses{.pair = address_of("warpevm example pair " + number),
                                      .token0 = address_of("warpevm example token " + number + " left"),
                                      .token1 = address_of("warpevm example token " + number + " right")};
        place_token(world, addresses.token0, shape.accounts + 1);
        place_token(world, addresses.token1, shape.accounts + 1);
        place_pair(world, addresses);
    }
    for (uint32_t i = 0; i < shape.collectibles; ++i) {
        world.collectibles.push_back(address_of("warpevm example collectible " + std::to_string(i)));
        world.state.set_account(world.collectibles.back(), 1, {}, code(hex::collectible));
    }
    return world;
}

}  // namespace warpevm::workload
