// SPDX-License-Identifier: Apache-2.0
// Takes the place of opencl/ in builds with WARPEVM_OPENCL=OFF.
#include "host/device/devices.hpp"

namespace warpevm {

DeviceSearch find_devices() {
    return {.loader_found = false,
            .found = {},
            .none_because = "this build has no OpenCL (WARPEVM_OPENCL=OFF)",
            .complaints = {}};
}

}  // namespace warpevm
