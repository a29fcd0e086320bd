// SPDX-License-Identifier: Apache-2.0
// Ranking, selection and refusal, on made-up devices.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host/device/devices.hpp"

namespace warpevm {
namespace {

FoundDevice device(std::string name, DeviceType type, unsigned units = 1, std::string refused = {}) {
    FoundDevice d;
    d.info.name = std::move(name);
    d.info.type = type;
    d.info.units = units;
    d.info.refused = std::move(refused);
    return d;
}

DeviceSearch search() {
    DeviceSearch s;
    s.found = {device("Portable CPU", DeviceType::cpu, 64),
               device("Inside GPU", DeviceType::integrated_gpu, 8),
               device("Broken GPU", DeviceType::discrete_gpu, 500, "it is broken"),
               device("Small GPU", DeviceType::discrete_gpu, 20),
               device("Big GPU", DeviceType::discrete_gpu, 132),
               device("Board", DeviceType::accelerator, 2)};
    rank(s.found);
    return s;
}

TEST(Ranking, PutsDiscreteGpusFirstAndRefusedDevicesLast) {
    std::vector<std::string> names;
    std::vector<unsigned> indices;
    for (const FoundDevice& d : search().found) {
        names.push_back(d.info.name);
        indices.push_back(d.info.index);
    }
    EXPECT_THAT(names, testing::ElementsAre("Big GPU", "Small GPU", "Inside GPU", "Board", "Portable CPU",
                                            "Broken GPU"));
    EXPECT_THAT(indices, testing::ElementsAre(1, 2, 3, 4, 5, 6));
}

std::vector<std::string> selected(const std::vector<std::string>& wishes) {
    const DeviceSearch s = search();
    const auto selection = select_devices(s, wishes);
    if (!selection) return {selection.error().detail};
    std::vector<std::string> names;
    if (selection->host_cores) names.emplace_back("host");
    if (selection->native) names.emplace_back("native");
    for (const FoundDevice* d : selection->devices) names.push_back(d->info.name);
    return names;
}

TEST(Selection, TakesIndicesPartsOfNamesAndTheTwoSpecialOnes) {
    EXPECT_THAT(selected({"2"}), testing::ElementsAre("Small GPU"));
    EXPECT_THAT(selected({"board"}), testing::ElementsAre("Board"));
    EXPECT_THAT(selected({"0"}), testing::ElementsAre("host"));
    EXPECT_THAT(selected({"native"}), testing::ElementsAre("native"));
    EXPECT_THAT(selected({"gpu", "1"}),
                testing::ElementsAre("Big GPU", "Small GPU", "Inside GPU", "Broken GPU"));
    EXPECT_THAT(selected({}), testing::IsEmpty());
}

TEST(Selection, SaysWhatThereIsWhereNothingMatches) {
    for (const char* wish : {"99", "7", "nosuch", "", "-1", "18446744073709551617"}) {
        const auto found = selected({"1", wish});
        ASSERT_EQ(found.size(), 1U) << wish;
        EXPECT_THAT(found[0], testing::HasSubstr("--device " + std::string(wish) + " matches no device"));
        EXPECT_THAT(found[0], testing::HasSubstr("1 (Big GPU)"));
    }
}

TEST(Selection, NeedsNoSearchForWhatIsAlwaysThere) {
    EXPECT_FALSE(needs_search(std::vector<std::string>{"native", "0"}));
    EXPECT_TRUE(needs_search(std::vector<std::string>{"native", "1"}));
    EXPECT_TRUE(needs_search(std::vector<std::string>{"gpu"}));
}

TEST(Refusal, HasAReasonForEachThingThatIsMissing) {
    const DeviceCapabilities good{.opencl_major = 1, .opencl_minor = 2, .memory_bytes = uint64_t{1} << 30};
    EXPECT_EQ(reason_to_refuse(good), "");
    const auto reason = [&](auto change) {
        DeviceCapabilities c = good;
        change(c);
        return reason_to_refuse(c);
    };
    EXPECT_THAT(reason([](auto& c) { c.available = false; }), testing::HasSubstr("available"));
    EXPECT_THAT(reason([](auto& c) { c.has_compiler = false; }), testing::HasSubstr("compiler"));
    EXPECT_THAT(reason([](auto& c) { c.opencl_minor = 1; }), testing::HasSubstr("1.1"));
    EXPECT_THAT(reason([](auto& c) { c.full_profile = false; }), testing::HasSubstr("embedded"));
    EXPECT_THAT(reason([](auto& c) { c.little_endian = false; }), testing::HasSubstr("big-endian"));
    EXPECT_THAT(reason([](auto& c) { c.memory_bytes = 1 << 20; }), testing::HasSubstr("memory"));
    EXPECT_EQ(
        reason([](auto& c) { c = {.opencl_major = 3, .opencl_minor = 0, .memory_bytes = c.memory_bytes}; }),
        "");
}

}  // namespace
}  // namespace warpevm
