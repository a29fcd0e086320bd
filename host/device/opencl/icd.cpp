// SPDX-License-Identifier: Apache-2.0
// Where the loader looks for drivers (OCL_ICD_VENDORS, OPENCL_VENDOR_PATH, /etc/OpenCL/vendors), and what it
// finds.
#include "host/device/opencl/icd.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace warpevm::opencl {
namespace {

namespace fs = std::filesystem;

std::string vendor_path() {
    for (const char* variable : {"OCL_ICD_VENDORS", "OPENCL_VENDOR_PATH"})
        if (const char* value = std::getenv(variable); value && *value) return value;
    return "/etc/OpenCL/vendors";
}

std::vector<fs::path> driver_files(const fs::path& where) {
    std::error_code error;
    std::vector<fs::path> files;
    if (where.extension() == ".icd") files.push_back(where);
    for (fs::directory_iterator entry(where, error), end; !error && entry != end; entry.increment(error))
        if (entry->path().extension() == ".icd") files.push_back(entry->path());
    std::sort(files.begin(), files.end());
    return files;
}

/// Empty where the file names a driver that loads.
std::string complaint_about(const fs::path& file) {
    std::ifstream in(file);
    std::string library;
    if (!std::getline(in, library)) return file.string() + " can't be read or is empty";
    library.erase(std::find_if(library.begin(), library.end(), [](char c) { return c == '\r' || c == ' '; }),
                  library.end());
    if (library.empty() || library.find('\0') != std::string::npos)
        return file.string() + " does not name a library";
    if (dlopen(library.c_str(), RTLD_LAZY | RTLD_NOLOAD)) return {};
    void* opened = dlopen(library.c_str(), RTLD_LAZY | RTLD_LOCAL);
    if (!opened) return file.string() + " names a driver that does not load: " + dlerror();
    if (!dlsym(opened, "clGetExtensionFunctionAddress") && !dlsym(opened, "clIcdGetPlatformIDsKHR"))
        return file.string() + " names " + library + ", which is no OpenCL driver";
    return {};
}

}  // namespace

DriverFiles examine_driver_files() {
    DriverFiles result{vendor_path(), {}};
    for (const fs::path& file : driver_files(result.folder))
        if (std::string complaint = complaint_about(file); !complaint.empty())
            result.complaints.push_back(std::move(complaint));
    return result;
}

}  // namespace warpevm::opencl
