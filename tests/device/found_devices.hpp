// SPDX-License-Identifier: Apache-2.0
// The devices that tests run on: native always, and every OpenCL device that can be used.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <iostream>

#include "host/device/device_programs.hpp"
#include "host/device/devices.hpp"

namespace warpevm::test {

inline FoundDevice native_device() {
    return {open_native_device(2)->info(),
            [](const DeviceInfo&) -> DeviceResult<std::unique_ptr<Device>> { return open_native_device(2); }};
}

/// What is missing is printed: a skipped device is no passed test.
inline const std::vector<FoundDevice>& all_devices() {
    static const std::vector<FoundDevice> all = [] {
        std::vector<FoundDevice> devices{native_device()};
        const DeviceSearch search = find_devices();
        for (const FoundDevice& device : search.found) {
            if (device.info.refused.empty())
                devices.push_back(device);
            else
                std::cerr << "not tested: " << device.info.name << ": " << device.info.refused << "\n";
        }
        if (search.found.empty()) std::cerr << "no OpenCL device is tested: " << search.none_because << "\n";
        return devices;
    }();
    return all;
}

/// Programs of one build tree are kept between runs, so that only the first one pays for the driver's
/// compiler.
inline std::shared_ptr<ProgramCache> test_cache() {
    return std::make_shared<ProgramCache>(std::filesystem::temp_directory_path() / "warpevm-test-kernels");
}

inline std::string device_label(const testing::TestParamInfo<FoundDevice>& info) {
    return info.param.info.name == "native" ? "native" : "opencl" + std::to_string(info.param.info.index);
}

}  // namespace warpevm::test
