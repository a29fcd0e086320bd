// SPDX-License-Identifier: Apache-2.0
#include "evm/base/seeded_hash.hpp"

#include <random>

namespace warpevm {

// Before other objects with static storage duration, whose tables may be filled before main.
[[gnu::init_priority(101)]] HashSeed hash_seed;

template <class Random>
void HashSeed::fill(Random random) {
    for (Wide& m : m_multipliers) m = static_cast<Wide>(random()) << 64 | random();
    m_sum = static_cast<Wide>(random()) << 64 | random();
}

HashSeed::HashSeed() {
    std::random_device system;
    fill([&] { return uint64_t{system()} << 32 | system(); });
}

HashSeed::HashSeed(uint64_t seed) {
    fill(std::mt19937_64(seed));
}

}  // namespace warpevm
