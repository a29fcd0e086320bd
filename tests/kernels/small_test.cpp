// SPDX-License-Identifier: Apache-2.0
// A handful of items through every kernel, few enough for a simulator that is thousands of times slower
// (tools/oclgrind-kernels): two groups, the last one partly empty.
#include <gtest/gtest-spi.h>

#include "evm/crypto/secp256k1.hpp"
#include "tests/codec/random_values.hpp"
#include "tests/codec/signer.hpp"
#include "tests/kernels/recover_launch.hpp"

namespace warpevm::test {
namespace {

class SmallKernels : public testing::TestWithParam<const char*> {};

TEST_P(SmallKernels, hash_a_few_messages) {
    const std::vector<uint64_t> words(60, 0x0123456789abcdefU);
    const std::vector<uint32_t> offsets{0, 1, 18, 40};
    const std::vector<uint32_t> lengths{3, 136, 150, 159};
    const std::vector<uint32_t> order{3, 0, 2, 1};
    on_each_device(GetParam(), [&](Device& device, const std::string& options) {
        const ProgramUnderTest program(device, "keccak", options);
        const std::vector<GuardedBuffer> in{guarded(device, words), guarded(device, offsets),
                                            guarded(device, lengths), guarded(device, order)};
        const auto count = static_cast<uint32_t>(order.size());
        for (const char* kernel : {"keccak256", "keccak256_x8"}) {
            const GuardedBuffer digests(device, count * sizeof(Hash));
            program.run(kernel, 6, 3,
                        {in[0].get(), in[1].get(), in[2].get(), in[3].get(), digests.get(), count});
            const auto got = values_of<Hash>(digests);
            for (size_t i = 0; i < count; ++i)
                EXPECT_EQ(got[i],
                          keccak256({reinterpret_cast<const uint8_t*>(&words[offsets[i]]), lengths[i]}))
                    << kernel << " " << i;
        }
    });
}

/// The table of the generator has 8192 points, so it is made natively and brought to the device; its words
/// are the same for all limb widths.
TEST_P(SmallKernels, go_from_transactions_to_senders) {
    RandomValues random(9);
    std::vector<uint64_t> words;
    std::vector<uint32_t> offsets, lengths;
    std::vector<Address> senders;
    for (const TxType type : {TxType::legacy, TxType::set_code}) {
        Transaction tx = random.transaction(type);
        Hash key = random.hash();
        key.bytes[0] &= 0x7f;  // below the order
        const Signer signer(key);
        signer.sign(signing_hash(tx), tx);
        senders.push_back(signer.address);
        const Bytes bytes = encode_transaction(tx);
        offsets.push_back(static_cast<uint32_t>(words.size()));
        lengths.push_back(static_cast<uint32_t>(bytes.size()));
        words.resize(words.size() + bytes.size() / 8 + 1);
        std::memcpy(words.data() + offsets.back(), bytes.data(), bytes.size());
    }
    // And one that is none.
    offsets.push_back(0);
    lengths.push_back(9);
    senders.push_back({});

    const auto native = open_native_device();
    const RecoverProgram native_program(*native, "");
    const auto table = values_of<uint64_t>(native_program.generator());
    on_each_device(GetParam(), [&](Device& device, const std::string& options) {
        const auto count = static_cast<uint32_t>(lengths.size());
        const ProgramUnderTest program(device, "transactions", options);
        const std::vector<GuardedBuffer> in{guarded(device, words), guarded(device, offsets),
                                            guarded(device, lengths)};
        const GuardedBuffer signatures(device, count * sizeof(kernel::signature));
        const GuardedBuffer statuses(device, count * sizeof(uint32_t));
        program.run("read_transactions", 4, 2,
                    {in[0].get(), in[1].get(), in[2].get(), signatures.get(), statuses.get(), 0U, count});
        const RecoverProgram recover(device, options + " -DWARPEVM_FIXED_WINDOWS=0", table);
        const Recovered got = recover.recover(signatures, statuses, count, 2);
        for (size_t i = 0; i < count; ++i) EXPECT_EQ(got.addresses[i], senders[i].bytes) << i;
        EXPECT_EQ(got.statuses, (std::vector<uint32_t>{0, 0, kernel::STATUS_ESCALATE_transaction_form}));
    });
}

class GuardWords : public testing::TestWithParam<const char*> {};

TEST_P(GuardWords, show_writes_on_either_side_of_a_buffer) {
    on_each_device(GetParam(), [](Device& device, const std::string&) {
        for (const char* side : {"before", "behind"}) {
            const GuardedBuffer buffer(device, 40);
            const size_t guard = (buffer.whole()->size() - 40) / 2;
            if (guard == 0)
                GTEST_SKIP() << "left out: a sanitizer or simulator watches these bounds, so buffers have no "
                                "guard words";
            EXPECT_EQ(buffer.content().size(), 40U);
            const size_t at = side == std::string("before") ? guard - 1 : guard + 40;
            ASSERT_TRUE(device.write(*buffer.whole(), at, Bytes{1}));
            EXPECT_NONFATAL_FAILURE((void)buffer.content(), side);
        }
    });
}

/// An access out of bounds that oclgrind must report (tools/oclgrind-kernels).
TEST(SeededBug, writes_behind_a_buffer) {
    if (std::getenv("WARPEVM_SEEDED_BUG") == nullptr)
        GTEST_SKIP()
            << "left out: it damages memory, so only tools/oclgrind-kernels runs it, in the simulator";
    const std::vector<uint64_t> words(8, 1);
    const std::vector<uint32_t> zeros(2, 0), order{0, 1};
    on_each_device("opencl", [&](Device& device, const std::string& options) {
        const ProgramUnderTest program(device, "keccak", options);
        const GuardedBuffer message = guarded(device, words), offsets = guarded(device, zeros),
                            lengths = guarded(device, zeros), places = guarded(device, order);
        const auto digests = device.allocate(sizeof(Hash), BufferKind::device);
        ASSERT_TRUE(digests);
        // The second message's digest has no room.
        program.run("keccak256", 2, 1,
                    {message.get(), offsets.get(), lengths.get(), places.get(), digests->get(), 2U});
    });
}

INSTANTIATE_TEST_SUITE_P(Devices, GuardWords, testing::Values("native", "opencl"),
                         [](const auto& kind) { return std::string(kind.param); });
INSTANTIATE_TEST_SUITE_P(Devices, SmallKernels, testing::Values("native", "opencl"),
                         [](const auto& kind) { return std::string(kind.param); });

}  // namespace
}  // namespace warpevm::test
