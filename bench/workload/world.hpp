// SPDX-License-Identifier: Apache-2.0
// The state that generated transactions start from: funded accounts, tokens, exchanges between them,
// collectibles.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "bench/workload/keys.hpp"
#include "evm/state/memory_state.hpp"

namespace warpevm::workload {

struct WorldShape {
    uint32_t accounts = 64;
    /// Each pair has two tokens of its own.
    uint32_t pairs = 2;
    uint32_t collectibles = 2;
};

struct PairAddresses {
    Address pair;
    Address token0;
    Address token1;
};

/// Every account holds 1000 ether and 10^18 units of each token, and lets each pair take its tokens without
/// limit. Each pair holds 10^18 units of each of its tokens, all of them in its reserves.
struct World {
    std::vector<Key> accounts;
    std::vector<Address> tokens;
    std::vector<PairAddresses> pairs;
    std::vector<Address> collectibles;
    MemoryState state;
};

World make_world(const Signer& signer, const WorldShape& shape);

/// Where generated contracts live: at the end of the hash of a name.
Address address_of(const std::string& name);
/// A token of which each holder has 10^18 units.
void place_token(MemoryState& state, const Address& token, std::span<const Address> holders);
/// An exchange and its two tokens; it and each trader hold 10^18 units of both, and traders let it take
/// theirs.
void place_pair(MemoryState& state, const PairAddresses& addresses, std::span<const Address> traders);
void place_collectible(MemoryState& state, const Address& collectible);

/// 10^18: wei in an ether, and units in a token with 18 decimals.
inline constexpr uint64_t ether = 1000000000000000000;

}  // namespace warpevm::workload
