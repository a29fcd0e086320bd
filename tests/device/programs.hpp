// SPDX-License-Identifier: Apache-2.0
// Devices with their programs, as an engine takes them; nothing is kept on the disk.
#pragma once

#include <cstdio>
#include <memory>

#include "host/device/device_programs.hpp"
#include "host/device/devices.hpp"
#include "host/device/program_cache.hpp"

namespace warpevm::test {

inline std::shared_ptr<DevicePrograms> programs_of(std::unique_ptr<Device> device) {
    return std::make_shared<DevicePrograms>(std::move(device), std::make_shared<ProgramCache>(""));
}

/// Of the best OpenCL device; null, and said, where there is none.
inline std::shared_ptr<DevicePrograms> opencl_programs() {
    const DeviceSearch search = find_devices();
    for (const FoundDevice& found : search.found) {
        if (!found.info.refused.empty()) continue;
        if (auto opened = found.open()) return programs_of(std::move(*opened));
    }
    std::printf("left out: no OpenCL device: %s\n", search.none_because.c_str());
    return nullptr;
}

}  // namespace warpevm::test
