// SPDX-License-Identifier: Apache-2.0
#include "evm/base/reserved_memory.hpp"

#include <gtest/gtest.h>

namespace warpevm::test {
namespace {

constexpr size_t mib = size_t{1} << 20;

TEST(ReservedMemory, NeverMovesWhileItGrows) {
    ReservedMemory memory(64 * mib);
    uint8_t* const begin = memory.begin();
    EXPECT_EQ(memory.usable(), 0U);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(begin) % (2 * mib), 0U);
    for (size_t size = 1; size <= 64 * mib; size *= 4) {
        ASSERT_TRUE(memory.grow(size));
        EXPECT_GE(memory.usable(), size);
        memory.begin()[size - 1] = 0x5a;
    }
    EXPECT_EQ(memory.begin(), begin);
    EXPECT_EQ(begin[0], 0x5a);
    EXPECT_FALSE(memory.grow(65 * mib)) << "more than is reserved";
}

TEST(ReservedMemory, WhatIsTrimmedIsUsableAgainAfterGrowingAndZero) {
    ReservedMemory memory(16 * mib);
    ASSERT_TRUE(memory.grow(8 * mib));
    memory.begin()[0] = memory.begin()[8 * mib - 1] = 1;
    memory.trim(mib);
    EXPECT_EQ(memory.usable(), mib);
    memory.trim(4 * mib);
    EXPECT_EQ(memory.usable(), mib) << "trimming gives nothing";
    ASSERT_TRUE(memory.grow(16 * mib));
    EXPECT_EQ(memory.begin()[0], 1);
    EXPECT_EQ(memory.begin()[8 * mib - 1], 0);
    memory.begin()[16 * mib - 1] = 1;
}

TEST(ReservedMemory, WhatIsReleasedStaysUsable) {
    ReservedMemory memory(8 * mib);
    ASSERT_TRUE(memory.grow(8 * mib));
    memory.begin()[mib - 1] = memory.begin()[8 * mib - 1] = 1;
    memory.release(mib);
    EXPECT_EQ(memory.usable(), 8 * mib);
    EXPECT_EQ(memory.begin()[mib - 1], 1);
    EXPECT_EQ(memory.begin()[8 * mib - 1], 0);
    memory.begin()[8 * mib - 1] = 2;
}

}  // namespace
}  // namespace warpevm::test
