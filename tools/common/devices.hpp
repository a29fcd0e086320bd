// SPDX-License-Identifier: Apache-2.0
// --device, --require-device and --kernel-cache: which devices a command may use. OpenCL is opened only where
// one of them asks for it.
#pragma once

#include <memory>
#include <vector>

#include "host/device/device_programs.hpp"
#include "host/device/devices.hpp"
#include "host/device/program_cache.hpp"
#include "tools/common/options.hpp"

namespace warpevm::tools {

struct ChosenDevices {
    /// Those that the options name and that can be used, best first; all that can be where --require-device
    /// names none.
    std::vector<FoundDevice> usable{};
    /// --device named something, so nothing else may be used: not even `auto` looks further.
    bool named = false;
    /// Why what was named can't be used, and why there is nothing at all; one sentence each.
    std::vector<std::string> complaints{};
};

/// Throws UsageError where --device matches nothing.
ChosenDevices choose_devices(const CommonOptions& options);
/// True where --require-device asks for a device and none is usable; says why on standard error.
bool lacks_required_device(const CommonOptions& options, const ChosenDevices& devices);
/// Says on standard error which named devices are not used; nothing where all are.
void warn_of_refused(const ChosenDevices& devices);

/// For the backend `auto`: the best device that there is; null where there is none.
DeviceResult<std::shared_ptr<DevicePrograms>> open_best_device(const std::shared_ptr<ProgramCache>& cache);

/// For backends that use devices: those that are named, or the best of all where none is. None where there is
/// none, which is said on standard error: the CPU does its work.
std::vector<std::shared_ptr<DevicePrograms>> open_backend_devices(const CommonOptions& options);

/// The kernels compiled as C++, as if they had been found.
FoundDevice native_device(unsigned threads);

/// The cache that --kernel-cache names; its warnings go to standard error. Also tells NVIDIA's driver to keep
/// its own part beside it (what it hands out as binaries is PTX, which it compiles again), so call it before
/// OpenCL is opened and before there are threads.
std::shared_ptr<ProgramCache> open_kernel_cache(const CommonOptions& options);

/// Ends the process with all that was written, but without destructors: a driver is still at work in a
/// thread.
[[noreturn]] void leave_at_once(int exit_code);

}  // namespace warpevm::tools
