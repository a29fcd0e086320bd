// SPDX-License-Identifier: Apache-2.0
// Which devices there are, in the order in which they are preferred, and which of them a user means.
#pragma once

#include <functional>
#include <vector>

#include "evm/base/result.hpp"
#include "host/device/device.hpp"

namespace warpevm {

struct FoundDevice {
    DeviceInfo info;
    std::function<DeviceResult<std::unique_ptr<Device>>(const DeviceInfo&)> opener;
    [[nodiscard]] DeviceResult<std::unique_ptr<Device>> open() const { return opener(info); }
};

struct DeviceSearch {
    bool loader_found = false;         ///< OpenCL's, which finds the drivers
    std::vector<FoundDevice> found{};  ///< ranked; info.index counts from 1
    std::string none_because{};        ///< one sentence where `found` is empty
    /// Drivers that are installed but can't be used, one sentence each.
    std::vector<std::string> complaints{};
};

/// Opens the OpenCL loader and asks every platform. Costs what the drivers take to start: milliseconds to
/// seconds.
DeviceSearch find_devices();

/// Discrete GPUs, integrated GPUs, accelerators, CPUs; usable ones first, and more units before fewer.
void rank(std::vector<FoundDevice>& devices);

/// What --device asks for.
struct DeviceSelection {
    bool host_cores = false;  ///< index 0
    bool native = false;
    std::vector<const FoundDevice*> devices{};  ///< in the order of the wishes, each once
};

/// True where looking for OpenCL devices is needed to tell what is meant.
bool needs_search(std::span<const std::string> wishes);
/// Each wish is an index, part of a name (case does not matter; all devices that match), or "native".
/// An error (bad_argument) names the wish that matches nothing and what there is.
Result<DeviceSelection> select_devices(const DeviceSearch& search, std::span<const std::string> wishes);

/// What a driver reports and a device must have.
struct DeviceCapabilities {
    bool available = true;
    bool has_compiler = true;
    bool little_endian = true;
    bool full_profile = true;
    unsigned opencl_major = 1, opencl_minor = 2;
    uint64_t memory_bytes = 0;
};
/// Why a device with these can't be used; empty: it can.
std::string reason_to_refuse(const DeviceCapabilities& capabilities);

}  // namespace warpevm
