// SPDX-License-Identifier: Apache-2.0
// Keccak through the device pipeline, and what failures do to it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evm/crypto/keccak.hpp"
#include "host/device/faulty_device.hpp"
#include "host/keccak/device_keccak.hpp"
#include "tests/device/found_devices.hpp"

namespace warpevm {
namespace {

struct Messages {
    Bytes bytes;
    std::vector<BytesView> views;
    std::vector<Hash> expected;

    explicit Messages(size_t count) {
        for (size_t i = 0; i < 100000; ++i) bytes.push_back(static_cast<uint8_t>(mix64(i)));
        for (size_t i = 0; i < count; ++i) {
            const size_t length = i % 97 == 0 ? 5000 + i % 70000 : mix64(i) % 600;
            views.push_back(BytesView(bytes).subspan(i % 1000, length));
            expected.push_back(keccak256(views.back()));
        }
    }
};

class KeccakOnDevice : public testing::TestWithParam<FoundDevice> {};

TEST_P(KeccakOnDevice, AgreesWithTheHostInBothVariants) {
    auto device = GetParam().open();
    ASSERT_TRUE(device) << to_string(device.error());
    const auto programs = std::make_shared<DevicePrograms>(std::move(*device), test::test_cache());
    using Variant = DeviceKeccak::Variant;
    for (const Variant variant : {Variant::one_per_item, Variant::eight_per_item, Variant::automatic}) {
        auto keccak = DeviceKeccak::open(programs, variant);
        ASSERT_TRUE(keccak) << to_string(keccak.error());
        EXPECT_NE((*keccak)->variant(), Variant::automatic);
        for (const size_t count : {0U, 1U, 7U, 9U, 3001U}) {
            const Messages m(count);
            std::vector<Hash> digests(count);
            const auto done = (*keccak)->hash(m.views, digests);
            ASSERT_TRUE(done) << to_string(done.error());
            EXPECT_EQ(digests, m.expected);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Devices, KeccakOnDevice, testing::ValuesIn(test::all_devices()), test::device_label);

TEST(KeccakFaults, AreErrorsWithTheCallAndTheDevice) {
    const Messages m(100);
    for (const FaultPoint point : {FaultPoint::build, FaultPoint::allocate, FaultPoint::upload,
                                   FaultPoint::enqueue, FaultPoint::read_back})
        for (const unsigned call : {1U, 4U}) {
            auto faulty = std::make_shared<FaultyDevice>(
                open_native_device(2),
                FaultPlan{.point = point, .at_call = call, .fault = DeviceFault::lost, .persistent = true});
            const auto programs = std::make_shared<DevicePrograms>(
                faulty, std::make_shared<ProgramCache>(std::filesystem::path{}));
            auto keccak = DeviceKeccak::open(programs, DeviceKeccak::Variant::one_per_item);
            DeviceResult<void> done;
            std::vector<Hash> digests(m.views.size());
            if (keccak) {
                for (int i = 0; i < 5 && done; ++i) done = (*keccak)->hash(m.views, digests);
            } else {
                done = tl::unexpected(keccak.error());
            }
            if (point == FaultPoint::build && call > 1) {
                EXPECT_TRUE(done);
                continue;
            }
            ASSERT_FALSE(done);
            EXPECT_EQ(done.error().fault, DeviceFault::lost);
            EXPECT_EQ(done.error().device, "native");
            EXPECT_FALSE(done.error().call.empty());
        }
}

TEST(KeccakFaults, AWrongAnswerRefusesTheDevice) {
    auto faulty =
        std::make_shared<FaultyDevice>(open_native_device(2), FaultPlan{.point = FaultPoint::wrong_answer});
    DevicePrograms programs(faulty, std::make_shared<ProgramCache>(std::filesystem::path{}));
    const auto built = programs.get("keccak", "");
    ASSERT_FALSE(built);
    EXPECT_EQ(built.error().fault, DeviceFault::wrong_answer);
    EXPECT_THAT(to_string(built.error()), testing::HasSubstr("native: self-test: wrong answer: keccak256"));
    // No second chance in one process.
    EXPECT_FALSE(programs.get("keccak", ""));
}

TEST(KeccakFaults, ASpellingThatDoesNotBuildOrAnswersWronglyIsLeftOut) {
    for (const FaultPoint point : {FaultPoint::build, FaultPoint::wrong_answer}) {
        auto faulty = std::make_shared<FaultyDevice>(open_native_device(2),
                                                     FaultPlan{.point = point, .fault = DeviceFault::build});
        DevicePrograms programs(faulty, std::make_shared<ProgramCache>(std::filesystem::path{}));
        EXPECT_TRUE(programs.get("keccak", "-DWARPEVM_PTX=1"));
        EXPECT_EQ(programs.reports().at(0).options, "");
        EXPECT_EQ(faulty->calls(FaultPoint::build), 2U);
    }
}

}  // namespace
}  // namespace warpevm
