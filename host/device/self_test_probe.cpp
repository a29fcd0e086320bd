// SPDX-License-Identifier: Apache-2.0
// Known answers of probe.cl: the device's sizes and byte order are the host's.
#include "host/device/self_test_programs.hpp"

namespace warpevm {

DeviceResult<void> self_test_probe(Device& device, DeviceProgram& program) {
    const std::array<uint64_t, 2> expected{1, sizeof(uint64_t)}, poison{~uint64_t{0}, ~uint64_t{0}};
    const auto facts = upload<uint64_t>(device, poison);
    if (!facts) return tl::unexpected(facts.error());
    const std::array<KernelArgument, 2> arguments{facts->get(), static_cast<uint32_t>(expected.size())};
    if (const auto done =
            run_kernel(device, program, {.kernel = "probe", .items = 1, .arguments = arguments});
        !done)
        return done;
    const auto got = download<uint64_t>(device, **facts, expected.size());
    if (!got) return tl::unexpected(got.error());
    for (size_t i = 0; i < expected.size(); ++i)
        if ((*got)[i] != expected[i]) return wrong_answer(device, "fact " + std::to_string(i));
    return {};
}

}  // namespace warpevm
