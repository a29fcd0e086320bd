// SPDX-License-Identifier: Apache-2.0
// Devices see the shared structs, sizes and statuses as the host does.
#include <bit>

#include "host/device/kernel_types.hpp"
#include "tests/kernels/devices_under_test.hpp"

namespace warpevm::test {
namespace {

struct Fact {
    std::string what;
    uint64_t value;
};

std::vector<Fact> facts() {
    using namespace kernel;  // NOLINT(google-build-using-namespace): facts.def names all there is
    std::vector<Fact> all{{"the first byte of 1", std::endian::native == std::endian::little},
                          {"the size of ulong", sizeof(uint64_t)}};
#define WARPEVM_SIZE_FACT(type) all.push_back({"sizeof " #type, sizeof(type)});
#define WARPEVM_OFFSET_FACT(type, member) all.push_back({#type "." #member, offsetof(type, member)});
#define WARPEVM_VALUE_FACT(constant) all.push_back({#constant, constant});
#include "kernels/facts.def"
#undef WARPEVM_SIZE_FACT
#undef WARPEVM_OFFSET_FACT
#undef WARPEVM_VALUE_FACT
#define WARPEVM_KERNEL_STATUS(name, number) all.push_back({#name, number});
#include "kernels/status.def"
#undef WARPEVM_KERNEL_STATUS
    return all;
}

class Probe : public testing::TestWithParam<const char*> {};

TEST_P(Probe, sees_what_the_host_sees) {
    const std::vector<Fact> expected = facts();
    on_each_device(GetParam(), [&](Device& device, const std::string& options) {
        const ProgramUnderTest program(device, "probe", options);
        const size_t room = expected.size() + 1;
        const GuardedBuffer out(device, 8 * room);
        const uint64_t untouched = values_of<uint64_t>(out)[0];
        program.run("probe", 1, 0, {out.get(), static_cast<uint32_t>(room)});
        const auto got = values_of<uint64_t>(out);
        for (size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(got[i], expected[i].value) << expected[i].what;
        EXPECT_EQ(got[expected.size()], untouched) << "the device has a fact more";
    });
}

TEST_P(Probe, writes_no_more_than_it_may) {
    on_each_device(GetParam(), [&](Device& device, const std::string& options) {
        const ProgramUnderTest program(device, "probe", options);
        for (const uint32_t count : {0U, 1U, 5U}) {
            const GuardedBuffer out(device, size_t{8} * count);
            program.run("probe", 3, 0, {out.get(), count});
            EXPECT_EQ(values_of<uint64_t>(out).size(), count);
        }
    });
}

INSTANTIATE_TEST_SUITE_P(Devices, Probe, testing::Values("native", "opencl"),
                         [](const auto& kind) { return std::string(kind.param); });

}  // namespace
}  // namespace warpevm::test
