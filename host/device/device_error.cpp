// SPDX-License-Identifier: Apache-2.0
#include "host/device/device_error.hpp"

namespace warpevm {

std::string_view name(DeviceFault fault) {
    switch (fault) {
        case DeviceFault::unavailable: return "no_device";
        case DeviceFault::build: return "device_build_failed";
        case DeviceFault::out_of_memory: return "device_out_of_memory";
        case DeviceFault::lost: return "device_lost";
        case DeviceFault::wrong_answer: return "device_wrong_answer";
        case DeviceFault::bad_call: return "device_bad_call";
        case DeviceFault::call_failed: return "device_call_failed";
    }
    return "device_call_failed";
}

std::string to_string(const DeviceError& error) {
    std::string text;
    for (const std::string* part : {&error.device, &error.call, &error.detail}) {
        if (part->empty()) continue;
        if (!text.empty()) text += ": ";
        text += *part;
    }
    return text;
}

}  // namespace warpevm
