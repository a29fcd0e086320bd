// SPDX-License-Identifier: Apache-2.0
// The interpreter's arithmetic on each device against the host's: edge values, and random ones of all
// lengths.
#include <random>

#include "evm/vm/opcodes.hpp"
#include "host/device/self_test_programs.hpp"
#include "tests/kernels/devices_under_test.hpp"
#include "tests/kernels/words_portable.hpp"

namespace warpevm::test {
namespace {

/// Random bits, random length, and sometimes nearly a power of two.
U256 random_word(std::mt19937_64& random) {
    U256 a{random(), random(), random(), random()};
    for (uint64_t& limb : a.limb)
        if (random() % 4 == 0) limb = random() % 2 == 0 ? 0 : ~uint64_t{0};
    a = a >> random() % 256;
    if (random() % 8 == 0) a = (U256{1} << random() % 256) - U256{random() % 3};
    return a;
}

WordVectors vectors() {
    WordVectors v = word_vectors();
    std::mt19937_64 random(13);
    const std::vector<uint32_t> ops = v.ops;
    for (size_t i = 0; i < 40000; ++i) {
        const uint32_t op = ops[random() % ops.size()];
        const U256 a = random_word(random), b = random_word(random), c = random_word(random);
        v.ops.push_back(op);
        v.operands.insert(v.operands.end(), {a, b, c});
        v.expected.push_back(host_word(static_cast<uint8_t>(op), a, b, c));
    }
    return v;
}

/// The portable spellings, compiled apart.
TEST(PortableWords, are_as_the_hosts) {
    const WordVectors v = vectors();
    for (size_t i = 0; i < v.ops.size(); ++i)
        ASSERT_EQ(portable_word(v.ops[i], v.operands[3 * i], v.operands[3 * i + 1], v.operands[3 * i + 2]),
                  v.expected[i])
            << opcode_name(static_cast<uint8_t>(v.ops[i]));
}

class Words : public testing::TestWithParam<const char*> {};

TEST_P(Words, are_as_the_hosts) {
    const WordVectors v = vectors();
    const auto count = static_cast<uint32_t>(v.ops.size());
    on_each_device(GetParam(), [&](Device& device, const std::string& options) {
        const ProgramUnderTest program(device, "evm", options);
        const GuardedBuffer ops = guarded(device, v.ops), operands = guarded(device, v.operands),
                            results(device, count * sizeof(U256));
        program.run("evm_words", count + 3, 4, {ops.get(), operands.get(), results.get(), count});
        const auto got = values_of<U256>(results);
        for (size_t i = 0; i < count; ++i)
            ASSERT_EQ(to_decimal(got[i]), to_decimal(v.expected[i]))
                << opcode_name(static_cast<uint8_t>(v.ops[i])) << " of " << to_decimal(v.operands[3 * i])
                << ", " << to_decimal(v.operands[3 * i + 1]) << ", " << to_decimal(v.operands[3 * i + 2]);
    });
}

INSTANTIATE_TEST_SUITE_P(Devices, Words, testing::Values("native", "opencl"),
                         [](const auto& kind) { return std::string(kind.param); });

}  // namespace
}  // namespace warpevm::test
