// SPDX-License-Identifier: Apache-2.0
// What can go wrong with a device, as a value: the call, the device's name, and what kind of fault it is.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace warpevm {

/// What the host does differs by these; what they are called on each platform is the implementation's matter.
enum class DeviceFault : uint8_t {
    unavailable,    ///< there is no such device, or it can't be opened
    build,          ///< a program does not compile or load
    out_of_memory,  ///< the device (or the driver) has no room
    lost,           ///< the device is gone; every later call would fail too
    wrong_answer,   ///< a self-test's known answer did not come out
    bad_call,       ///< the host asked for something that makes no sense (a bug of ours)
    call_failed,    ///< any other failure of a call
};

/// The reason's name as it is counted and printed ("device_lost").
std::string_view name(DeviceFault fault);

struct DeviceError {
    DeviceFault fault{};
    std::string device{};  ///< the device's name; empty where there is none yet
    std::string call{};    ///< "clEnqueueNDRangeKernel", "allocate": where it happened
    std::string detail{};  ///< the platform's own error, the build log, the sizes
    bool operator==(const DeviceError&) const = default;
};

/// "DEVICE: CALL: detail", in one line (a build log follows on lines of its own).
std::string to_string(const DeviceError& error);

template <class T>
using DeviceResult = tl::expected<T, DeviceError>;

}  // namespace warpevm
