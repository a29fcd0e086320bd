// SPDX-License-Identifier: Apache-2.0
// Keccak kernels against the host's Keccak.
#include "evm/crypto/keccak.hpp"

#include <algorithm>
#include <numeric>
#include <random>

#include "tests/kernels/devices_under_test.hpp"

namespace warpevm::test {
namespace {

struct Batch {
    std::vector<uint64_t> words;
    std::vector<uint32_t> offsets, lengths, order;
    std::vector<Hash> expected;

    /// The tail's unused bytes are garbage on purpose: kernels must not count on them.
    void add(std::mt19937_64& random, size_t length) {
        offsets.push_back(static_cast<uint32_t>(words.size()));
        lengths.push_back(static_cast<uint32_t>(length));
        for (size_t i = 0; i <= length / 8; ++i) words.push_back(random());
        order.push_back(static_cast<uint32_t>(order.size()));
    }
    void finish() {
        for (size_t i = 0; i < lengths.size(); ++i)
            expected.push_back(
                keccak256({reinterpret_cast<const uint8_t*>(words.data() + offsets[i]), lengths[i]}));
    }
};

void expect_digests(Device& device, const std::string& options, const Batch& batch) {
    const ProgramUnderTest program(device, "keccak", options);
    const auto words = guarded(device, batch.words);
    const auto offsets = guarded(device, batch.offsets);
    const auto lengths = guarded(device, batch.lengths);
    const auto order = guarded(device, batch.order);
    const size_t count = batch.expected.size();
    for (const auto& [kernel, items] :
         {std::pair{"keccak256", count}, std::pair{"keccak256_x8", (count + 7) / 8}})
        for (const size_t group : {8, 64}) {
            SCOPED_TRACE(kernel);
            const GuardedBuffer digests(device, count * sizeof(Hash));
            program.run(kernel, items, group,
                        {words.get(), offsets.get(), lengths.get(), order.get(), digests.get(),
                         static_cast<uint32_t>(count)});
            const auto got = values_of<Hash>(digests);
            for (size_t i = 0; i < count; ++i)
                ASSERT_EQ(got[i], batch.expected[i]) << "message " << i << " of " << batch.lengths[i];
        }
    EXPECT_EQ(values_of<uint64_t>(words), batch.words);
}

class KeccakKernels : public testing::TestWithParam<const char*> {};

TEST_P(KeccakKernels, hash_every_length_to_600) {
    std::mt19937_64 random{1};
    Batch batch;
    for (size_t length = 0; length <= 600; ++length) batch.add(random, length);
    batch.finish();
    on_each_device(GetParam(), [&](Device& d, const std::string& o) { expect_digests(d, o, batch); });
}

TEST_P(KeccakKernels, hash_in_any_order) {
    std::mt19937_64 random{2};
    Batch batch;
    for (size_t i = 0; i < 1003; ++i) batch.add(random, random() % 7 == 0 ? random() % 3000 : random() % 140);
    batch.finish();
    std::shuffle(batch.order.begin(), batch.order.end(), random);
    on_each_device(GetParam(), [&](Device& d, const std::string& o) { expect_digests(d, o, batch); });
}

TEST_P(KeccakKernels, hash_batches_of_one_length_of_every_small_size) {
    on_each_device(GetParam(), [&](Device& d, const std::string& o) {
        std::mt19937_64 random{3};
        for (const size_t length : {0, 8, 32, 64, 135, 136, 137, 272})
            for (const size_t count : {1, 2, 7, 8, 9, 17}) {
                Batch batch;
                for (size_t i = 0; i < count; ++i) batch.add(random, length);
                batch.finish();
                expect_digests(d, o, batch);
            }
    });
}

TEST_P(KeccakKernels, permute_alone_as_they_hash) {
    on_each_device(GetParam(), [&](Device& device, const std::string& options) {
        const ProgramUnderTest program(device, "keccak", options);
        constexpr uint32_t count = 13;
        std::vector<std::vector<uint64_t>> by_times;
        for (const uint32_t times : {1U, 1U, 2U}) {
            const GuardedBuffer sums(device, 8 * count);
            program.run("keccak_permutations", count, 8, {sums.get(), times, count});
            by_times.push_back(values_of<uint64_t>(sums));
        }
        // Keccak-f[1600] of the state of zeros, as the Keccak team publishes it.
        EXPECT_EQ(by_times[0][0], 0xf1258f7940e1dde7U);
        EXPECT_EQ(by_times[2][0], 0x2d5c954df96ecb3cU);
        EXPECT_EQ(by_times[0], by_times[1]);
    });
}

INSTANTIATE_TEST_SUITE_P(Devices, KeccakKernels, testing::Values("native", "opencl"),
                         [](const auto& kind) { return std::string(kind.param); });

}  // namespace
}  // namespace warpevm::test
