// SPDX-License-Identifier: Apache-2.0
// Finds the loader's functions and names its error codes.
#include "host/device/opencl/api.hpp"

#include <dlfcn.h>

#include <array>
#include <utility>

namespace warpevm::opencl {
namespace {

struct Code {
    cl_int code;
    const char* name;
};
constexpr std::array codes{
#define WARPEVM_CODE(c) Code{c, #c}
    WARPEVM_CODE(CL_DEVICE_NOT_FOUND),
    WARPEVM_CODE(CL_DEVICE_NOT_AVAILABLE),
    WARPEVM_CODE(CL_COMPILER_NOT_AVAILABLE),
    WARPEVM_CODE(CL_MEM_OBJECT_ALLOCATION_FAILURE),
    WARPEVM_CODE(CL_OUT_OF_RESOURCES),
    WARPEVM_CODE(CL_OUT_OF_HOST_MEMORY),
    WARPEVM_CODE(CL_PROFILING_INFO_NOT_AVAILABLE),
    WARPEVM_CODE(CL_BUILD_PROGRAM_FAILURE),
    WARPEVM_CODE(CL_MAP_FAILURE),
    WARPEVM_CODE(CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST),
    WARPEVM_CODE(CL_INVALID_VALUE),
    WARPEVM_CODE(CL_INVALID_PLATFORM),
    WARPEVM_CODE(CL_INVALID_DEVICE),
    WARPEVM_CODE(CL_INVALID_CONTEXT),
    WARPEVM_CODE(CL_INVALID_COMMAND_QUEUE),
    WARPEVM_CODE(CL_INVALID_MEM_OBJECT),
    WARPEVM_CODE(CL_INVALID_BINARY),
    WARPEVM_CODE(CL_INVALID_BUILD_OPTIONS),
    WARPEVM_CODE(CL_INVALID_PROGRAM),
    WARPEVM_CODE(CL_INVALID_PROGRAM_EXECUTABLE),
    WARPEVM_CODE(CL_INVALID_KERNEL_NAME),
    WARPEVM_CODE(CL_INVALID_KERNEL),
    WARPEVM_CODE(CL_INVALID_ARG_INDEX),
    WARPEVM_CODE(CL_INVALID_ARG_VALUE),
    WARPEVM_CODE(CL_INVALID_ARG_SIZE),
    WARPEVM_CODE(CL_INVALID_KERNEL_ARGS),
    WARPEVM_CODE(CL_INVALID_WORK_GROUP_SIZE),
    WARPEVM_CODE(CL_INVALID_EVENT_WAIT_LIST),
    WARPEVM_CODE(CL_INVALID_EVENT),
    WARPEVM_CODE(CL_INVALID_OPERATION),
    WARPEVM_CODE(CL_INVALID_BUFFER_SIZE),
    Code{-1001, "CL_PLATFORM_NOT_FOUND_KHR"},
#undef WARPEVM_CODE
};

/// The same library under the names that Linux and macOS give it.
void* open_loader(std::string& complaint) {
    for (const char* file : {"libOpenCL.so.1", "libOpenCL.so", "OpenCL.framework/OpenCL"}) {
        if (void* library = dlopen(file, RTLD_NOW | RTLD_LOCAL)) return library;
        if (complaint.empty()) complaint = dlerror();
    }
    return nullptr;
}

}  // namespace

DeviceResult<std::shared_ptr<const Api>> open_api() {
    std::string complaint;
    void* library = open_loader(complaint);
    if (!library) return tl::unexpected(DeviceError{DeviceFault::unavailable, {}, "dlopen", complaint});
    auto api = std::make_shared<Api>();
    const char* missing = nullptr;
    const auto find = [&](auto& function, const char* symbol) {
        function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(library, symbol));
        if (!function) missing = symbol;
    };
#define WARPEVM_FIND(f) find(api->f, #f);
    WARPEVM_OPENCL_FUNCTIONS(WARPEVM_FIND)
#undef WARPEVM_FIND
    if (missing)
        return tl::unexpected(
            DeviceError{DeviceFault::unavailable, {}, "dlsym", std::string("the loader lacks ") + missing});
    return api;
}

std::string error_text(cl_int code) {
    for (const Code& c : codes)
        if (c.code == code) return std::string(c.name) + " (" + std::to_string(code) + ")";
    return "error " + std::to_string(code);
}

DeviceFault fault_of(cl_int code) {
    switch (code) {
        case CL_MEM_OBJECT_ALLOCATION_FAILURE:
        case CL_OUT_OF_HOST_MEMORY:
        case CL_OUT_OF_RESOURCES:
        case CL_MAP_FAILURE:
        case CL_INVALID_BUFFER_SIZE: return DeviceFault::out_of_memory;
        case CL_DEVICE_NOT_AVAILABLE:
        case CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST:
        case CL_INVALID_CONTEXT:
        case CL_INVALID_COMMAND_QUEUE: return DeviceFault::lost;
        case CL_BUILD_PROGRAM_FAILURE:
        case CL_COMPILER_NOT_AVAILABLE:
        case CL_INVALID_BINARY: return DeviceFault::build;
        case CL_DEVICE_NOT_FOUND:
        case -1001: return DeviceFault::unavailable;
        default: break;
    }
    // Drivers report a kernel that crashed, or a device that fell off its bus, with codes of their own.
    return code <= -9999 ? DeviceFault::lost : DeviceFault::call_failed;
}

}  // namespace warpevm::opencl
