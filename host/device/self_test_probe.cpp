// SPDX-License-Identifier: Apache-2.0
// Known answers of probe.cl: sizes, offsets, numbers and byte order are the host's.
#include <cstddef>

#include "host/device/kernel_types.hpp"
#include "host/device/self_test_programs.hpp"

namespace warpevm {
namespace {

struct Fact {
    const char* what;
    uint64_t value;
};
constexpr Fact facts[] = {
    {"byte order", 1},
    {"sizeof(ulong)", 8},
#define WARPEVM_SIZE_FACT(type) {"sizeof(" #type ")", sizeof(kernel::type)},
#define WARPEVM_OFFSET_FACT(type, member) {#type "." #member, offsetof(kernel::type, member)},
#define WARPEVM_VALUE_FACT(constant) {#constant, kernel::constant},
#include "kernels/facts.def"
#undef WARPEVM_SIZE_FACT
#undef WARPEVM_OFFSET_FACT
#undef WARPEVM_VALUE_FACT
#define WARPEVM_KERNEL_STATUS(name, number) {#name, number},
#include "kernels/status.def"
#undef WARPEVM_KERNEL_STATUS
};
constexpr size_t count = std::size(facts);

}  // namespace

DeviceResult<void> self_test_probe(Device& device, DeviceProgram& program) {
    const std::vector<uint64_t> poison(count, ~uint64_t{0});
    const auto buffer = upload<uint64_t>(device, poison);
    if (!buffer) return tl::unexpected(buffer.error());
    const std::array<KernelArgument, 2> arguments{buffer->get(), static_cast<uint32_t>(count)};
    auto done = run_kernel(device, program, {.kernel = "probe", .items = 1, .arguments = arguments});
    if (!done) return done;
    const auto got = download<uint64_t>(device, **buffer, count);
    if (!got) return tl::unexpected(got.error());
    for (size_t i = 0; i < count; ++i)
        if ((*got)[i] != facts[i].value)
            return wrong_answer(device, std::string(facts[i].what) + " is " + std::to_string((*got)[i]) +
                                            ", the host's is " + std::to_string(facts[i].value));
    return {};
}

}  // namespace warpevm
