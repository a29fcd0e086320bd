// SPDX-License-Identifier: Apache-2.0
#include "evm/vm/jumpdests.hpp"

#include <gtest/gtest.h>

#include <random>

#include "evm/vm/opcodes.hpp"

namespace warpevm {
namespace {

/// Yellow Paper 9.4.3, as it is written: from one instruction to the next.
std::vector<bool> by_definition(const Bytes& code) {
    std::vector<bool> valid(code.size());
    for (size_t i = 0; i < code.size();
         i += code[i] >= OP_PUSH1 && code[i] <= OP_PUSH32 ? code[i] - OP_PUSH1 + 2 : 1)
        valid[i] = code[i] == OP_JUMPDEST;
    return valid;
}

/// Bytes of a few kinds, so that there are long runs with and without PUSHes.
Bytes random_code(std::mt19937_64& random) {
    Bytes code(random() % 3000);
    const uint64_t pushes = random() % 3 == 0 ? 200 : 3 + random() % 60;
    for (uint8_t& b : code)
        b = random() % pushes == 0 ? static_cast<uint8_t>(OP_PUSH1 + random() % 32)
            : random() % 2 == 0    ? uint8_t{OP_JUMPDEST}
                                   : uint8_t{OP_STOP};
    return code;
}

TEST(Jumpdests, EveryPositionOfRandomCodesInAnyOrder) {
    std::mt19937_64 random(5);
    size_t destinations = 0, data = 0;
    for (int n = 0; n < 300; ++n) {
        const Bytes bytes = random_code(random);
        const std::vector<bool> expected = by_definition(bytes);
        const Code kept(empty_code_hash, bytes), init = Code::of_init_code(bytes);
        for (int k = 0; k < 400 && !bytes.empty(); ++k) {
            const size_t at = random() % bytes.size();
            ASSERT_EQ(is_jumpdest(kept, at), expected[at]) << at;
            ASSERT_EQ(is_jumpdest(init, at), expected[at]) << at;
            destinations += expected[at] ? 1 : 0;
            data += bytes[at] == OP_JUMPDEST && !expected[at] ? 1 : 0;
        }
        EXPECT_FALSE(is_jumpdest(init, bytes.size()));
        EXPECT_FALSE(is_jumpdest(kept, ~uint64_t{0}));
    }
    EXPECT_GT(destinations, 1000U);
    EXPECT_GT(data, 1000U);
}

TEST(Jumpdests, InitCodeIsReadNoFartherThanItMust) {
    Bytes bytes(2'000'000, 0);
    bytes[5] = bytes[1'999'999] = OP_JUMPDEST;
    const Code init = Code::of_init_code(bytes);
    EXPECT_TRUE(is_jumpdest(init, 5));
    EXPECT_TRUE(is_jumpdest(init, 1'999'999));
    EXPECT_LT(init.image(Code::jumpdests)->size_in_bytes(), 200U);
}

}  // namespace
}  // namespace warpevm
