// SPDX-License-Identifier: Apache-2.0
// The files by which drivers are installed (*.icd), looked at when a driver seems to be missing.
#pragma once

#include <string>
#include <vector>

namespace warpevm::opencl {

struct DriverFiles {
    std::string folder{};
    /// A sentence for each file whose library does not load.
    std::vector<std::string> complaints{};
};

/// The loader skips broken files silently; this says which, and why. To be called after the loader has opened
/// what it can: a library that is open already is fine, and only others are tried.
DriverFiles examine_driver_files();

}  // namespace warpevm::opencl
