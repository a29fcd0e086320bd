// SPDX-License-Identifier: Apache-2.0
#include "evm/chain/difficulty.hpp"

#include <algorithm>

namespace warpevm {
namespace {

constexpr uint64_t minimum_difficulty = 131072;
constexpr uint64_t bomb_period = 100000;

/// Blocks by which the difficulty bomb was put off.
uint64_t bomb_delay(Fork fork) {
    if (fork >= Fork::gray_glacier) return 11400000;   // EIP-5133
    if (fork >= Fork::arrow_glacier) return 10700000;  // EIP-4345
    if (fork >= Fork::london) return 9700000;          // EIP-3554
    if (fork >= Fork::muir_glacier) return 9000000;    // EIP-2384
    if (fork >= Fork::constantinople) return 5000000;  // EIP-1234
    if (fork >= Fork::byzantium) return 3000000;       // EIP-649
    return 0;
}

U256 bomb(Fork fork, uint64_t number) {
    const uint64_t delay = bomb_delay(fork);
    const uint64_t periods = number > delay ? (number - delay) / bomb_period : 0;
    if (periods < 2) return {};
    return periods - 2 < 256 ? U256{1} << static_cast<unsigned>(periods - 2) : U256::max();
}

/// By how many steps of parent / 2048 the difficulty changes: at least -99.
int64_t steps(Fork fork, const DifficultyInput& in) {
    const uint64_t elapsed = in.timestamp - in.parent_timestamp;
    if (fork < Fork::homestead) return elapsed < 13 ? 1 : -1;
    const bool byzantium = fork >= Fork::byzantium;  // EIP-100
    const int64_t base = byzantium && in.parent_has_ommers ? 2 : 1;
    const uint64_t slow = std::min<uint64_t>(elapsed / (byzantium ? 9 : 10), 200);  // EIP-2: divided by 10
    return std::max<int64_t>(base - static_cast<int64_t>(slow), -99);
}

}  // namespace

U256 block_difficulty(Fork fork, const DifficultyInput& in) {
    const U256 step = in.parent_difficulty >> 11;
    const int64_t n = steps(fork, in);
    // 99/2048 of the parent is less than the parent: the difference does not wrap.
    const U256 base = n >= 0 ? in.parent_difficulty + step * static_cast<uint64_t>(n)
                             : in.parent_difficulty - step * static_cast<uint64_t>(-n);
    return std::max(base + bomb(fork, in.number), U256{minimum_difficulty});
}

}  // namespace warpevm
