// SPDX-License-Identifier: Apache-2.0
// What the self-tests of single programs share.
#pragma once

#include <array>
#include <vector>

#include "evm/base/u256.hpp"
#include "host/device/device.hpp"

namespace warpevm {

DeviceResult<void> self_test_evm(Device& device, DeviceProgram& program);
DeviceResult<void> self_test_probe(Device& device, DeviceProgram& program);
DeviceResult<void> self_test_keccak(Device& device, DeviceProgram& program);
DeviceResult<void> self_test_recover(Device& device, DeviceProgram& program);
DeviceResult<void> self_test_transactions(Device& device, DeviceProgram& program);
DeviceResult<void> self_test_transfers(Device& device, DeviceProgram& program);

/// What an arithmetic instruction leaves of operands a (the topmost), b and c, by the host's arithmetic.
U256 host_word(uint8_t op, const U256& a, const U256& b, const U256& c);
/// Each arithmetic instruction on edge values: three operands each, and what it leaves.
struct WordVectors {
    std::vector<uint32_t> ops;
    std::vector<U256> operands, expected;
};
WordVectors word_vectors();

tl::unexpected<DeviceError> wrong_answer(const Device& device, std::string what);

/// A device buffer that holds `values`.
template <class T>
DeviceResult<BufferPtr> upload(Device& device, std::span<const T> values) {
    auto buffer = device.allocate(values.size_bytes(), BufferKind::device);
    if (!buffer) return buffer;
    const auto written =
        device.write(**buffer, 0, {reinterpret_cast<const uint8_t*>(values.data()), values.size_bytes()});
    if (!written) return tl::unexpected(written.error());
    return buffer;
}

/// Launches and waits.
inline DeviceResult<void> run_kernel(Device& device, DeviceProgram& program, const Launch& launch) {
    const auto event = device.launch(Queue::compute, program, launch, {});
    if (!event) return tl::unexpected(event.error());
    return device.wait(*event);
}

template <class T>
DeviceResult<std::vector<T>> download(Device& device, DeviceBuffer& buffer, size_t count) {
    std::vector<T> values(count);
    const auto done = device.read(buffer, 0, {reinterpret_cast<uint8_t*>(values.data()), count * sizeof(T)});
    if (!done) return tl::unexpected(done.error());
    return values;
}

}  // namespace warpevm
