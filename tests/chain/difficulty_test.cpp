// SPDX-License-Identifier: Apache-2.0
#include "evm/chain/difficulty.hpp"

#include <gtest/gtest.h>

namespace warpevm {
namespace {

constexpr uint64_t parent = 2048 * 1000;  // steps of 1000

uint64_t after(Fork fork, uint64_t elapsed, bool ommers = false, uint64_t number = 1) {
    return block_difficulty(fork, {.number = number,
                                   .timestamp = 100 + elapsed,
                                   .parent_difficulty = parent,
                                   .parent_timestamp = 100,
                                   .parent_has_ommers = ommers})
        .limb[0];
}

TEST(Difficulty, frontier_has_one_threshold) {
    EXPECT_EQ(after(Fork::frontier, 12), parent + 1000);
    EXPECT_EQ(after(Fork::frontier, 13), parent - 1000);
    EXPECT_EQ(after(Fork::frontier, 1000000), parent - 1000);
}

TEST(Difficulty, homestead_counts_tens_of_seconds) {
    EXPECT_EQ(after(Fork::homestead, 9), parent + 1000);
    EXPECT_EQ(after(Fork::homestead, 10), parent);
    EXPECT_EQ(after(Fork::homestead, 20), parent - 1000);
    EXPECT_EQ(after(Fork::homestead, 999), parent - 98 * 1000);
    EXPECT_EQ(after(Fork::homestead, 1000), parent - 99 * 1000);
    EXPECT_EQ(after(Fork::homestead, ~0ULL - 100), parent - 99 * 1000);
}

TEST(Difficulty, byzantium_counts_nines_and_ommers) {
    EXPECT_EQ(after(Fork::byzantium, 8), parent + 1000);
    EXPECT_EQ(after(Fork::byzantium, 8, true), parent + 2000);
    EXPECT_EQ(after(Fork::byzantium, 9), parent);
    EXPECT_EQ(after(Fork::byzantium, 18, true), parent);
    EXPECT_EQ(after(Fork::byzantium, 900, true), parent - 98 * 1000);
    EXPECT_EQ(after(Fork::byzantium, 909, true), parent - 99 * 1000);
    EXPECT_EQ(after(Fork::byzantium, 918, true), parent - 99 * 1000);
    EXPECT_EQ(after(Fork::homestead, 8, true), parent + 1000);
}

TEST(Difficulty, the_bomb_doubles_every_100000_blocks_after_its_delay) {
    const struct {
        Fork fork;
        uint64_t delay;
    } delays[] = {{Fork::frontier, 0},
                  {Fork::homestead, 0},
                  {Fork::spurious_dragon, 0},
                  {Fork::byzantium, 3000000},
                  {Fork::constantinople, 5000000},
                  {Fork::petersburg, 5000000},
                  {Fork::istanbul, 5000000},
                  {Fork::muir_glacier, 9000000},
                  {Fork::berlin, 9000000},
                  {Fork::london, 9700000},
                  {Fork::arrow_glacier, 10700000},
                  {Fork::gray_glacier, 11400000}};
    for (const auto& [fork, delay] : delays) {
        const uint64_t without = after(fork, 1);
        EXPECT_EQ(after(fork, 1, false, delay + 199999), without) << name(fork);
        EXPECT_EQ(after(fork, 1, false, delay + 200000), without + 1) << name(fork);
        EXPECT_EQ(after(fork, 1, false, delay + 299999), without + 1) << name(fork);
        EXPECT_EQ(after(fork, 1, false, delay + 300000), without + 2) << name(fork);
        EXPECT_EQ(after(fork, 1, false, delay + 2200000), without + (1 << 20)) << name(fork);
    }
}

TEST(Difficulty, never_falls_below_its_minimum) {
    for (const Fork fork : {Fork::frontier, Fork::homestead, Fork::gray_glacier})
        EXPECT_EQ(
            block_difficulty(
                fork, {.number = 1, .timestamp = 10000, .parent_difficulty = 131072, .parent_timestamp = 1}),
            U256{131072});
}

}  // namespace
}  // namespace warpevm
