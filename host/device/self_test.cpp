// SPDX-License-Identifier: Apache-2.0
// The known answers of each program. A row per program; the answers are in the files named after them.
#include "host/device/self_test.hpp"

#include "host/device/self_test_programs.hpp"

namespace warpevm {
namespace {

struct Row {
    std::string_view program;
    DeviceResult<void> (*test)(Device& device, DeviceProgram& program);
};
constexpr Row rows[] = {{"evm", self_test_evm},
                        {"keccak", self_test_keccak},
                        {"probe", self_test_probe},
                        {"recover", self_test_recover},
                        {"transactions", self_test_transactions},
                        {"transfers", self_test_transfers}};

}  // namespace

DeviceResult<void> self_test(Device& device, DeviceProgram& program, std::string_view name) {
    for (const Row& row : rows)
        if (row.program == name) return row.test(device, program);
    return tl::unexpected(DeviceError{DeviceFault::bad_call, device.info().name, "self-test",
                                      "there are no known answers of " + std::string(name)});
}

tl::unexpected<DeviceError> wrong_answer(const Device& device, std::string what) {
    return tl::unexpected(DeviceError{DeviceFault::wrong_answer, device.info().name, "self-test",
                                      "wrong answer: " + std::move(what)});
}

}  // namespace warpevm
