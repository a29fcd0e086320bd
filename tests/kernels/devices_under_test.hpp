// SPDX-License-Identifier: Apache-2.0
// The devices that kernel tests run on: the kernels as C++ ("native"), and every OpenCL device there is.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "host/device/device.hpp"

namespace warpevm::test {

struct DeviceUnderTest {
    std::shared_ptr<Device> device;
    /// Build options that are worth a run of their own there.
    std::vector<std::string> options;
};

/// `kind` is "native" or "opencl". Devices that can't be used are printed with the reason; where there is no
/// OpenCL device at all, that is printed and the list is empty.
std::vector<DeviceUnderTest> devices_of(const std::string& kind);

/// A buffer between guard words. It starts as garbage, so that a forgotten output shows. Where a tool watches
/// the buffer's bounds itself, reads included, there are no guards: to it they would be part of the buffer.
class GuardedBuffer {
  public:
    GuardedBuffer(Device& device, size_t bytes);
    GuardedBuffer(Device& device, BytesView content);
    [[nodiscard]] DeviceBuffer* get() const { return m_buffer.get(); }
    /// With its guards.
    [[nodiscard]] DeviceBuffer* whole() const { return m_whole.get(); }
    /// The content; a damaged guard is a test failure.
    [[nodiscard]] Bytes content() const;

  private:
    Device& m_device;
    size_t m_size;
    size_t m_guard;  ///< bytes on either side
    BufferPtr m_whole, m_buffer;
};

template <class T>
GuardedBuffer guarded(Device& device, const std::vector<T>& values) {
    return {device, BytesView(reinterpret_cast<const uint8_t*>(values.data()), values.size() * sizeof(T))};
}

template <class T>
std::vector<T> values_of(const GuardedBuffer& buffer) {
    const Bytes bytes = buffer.content();
    std::vector<T> values(bytes.size() / sizeof(T));
    if (!bytes.empty()) std::memcpy(values.data(), bytes.data(), values.size() * sizeof(T));
    return values;
}

/// One program on one device. Failures of the device are test failures.
class ProgramUnderTest {
  public:
    ProgramUnderTest(Device& device, const std::string& name, const std::string& options);
    [[nodiscard]] Device& device() const { return m_device; }
    /// Launches in groups of `group_size` and waits.
    void run(std::string_view kernel, size_t items, size_t group_size,
             const std::vector<KernelArgument>& arguments) const;

  private:
    Device& m_device;
    ProgramPtr m_program;
};

/// Calls test(device, options) for each device and option of a kind.
template <class Test>
void on_each_device(const std::string& kind, Test test) {
    const std::vector<DeviceUnderTest> devices = devices_of(kind);
    if (devices.empty()) GTEST_SKIP() << "left out: no device of the kind " << kind << " can be used";
    for (const DeviceUnderTest& under_test : devices)
        for (const std::string& options : under_test.options) {
            SCOPED_TRACE(under_test.device->info().name + " " + options);
            test(*under_test.device, options);
            if (testing::Test::HasFatalFailure()) return;
        }
}

}  // namespace warpevm::test
