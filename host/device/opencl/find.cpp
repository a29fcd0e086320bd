// SPDX-License-Identifier: Apache-2.0
// Asks every platform for its devices, and where there are none finds out why.
#include <algorithm>
#include <cstdio>

#include "host/device/devices.hpp"
#include "host/device/opencl/device.hpp"
#include "host/device/opencl/icd.hpp"

namespace warpevm {
namespace opencl {
namespace {

std::string platform_text(const Api& cl, cl_platform_id id, cl_platform_info what) {
    size_t size = 0;
    if (cl.clGetPlatformInfo(id, what, 0, nullptr, &size) != CL_SUCCESS || size == 0) return {};
    std::string text(size, '\0');
    if (cl.clGetPlatformInfo(id, what, size, text.data(), nullptr) != CL_SUCCESS) return {};
    text.resize(text.find('\0') == std::string::npos ? size : text.find('\0'));
    return text;
}

std::string device_text(const Api& cl, cl_device_id id, cl_device_info what) {
    size_t size = 0;
    if (cl.clGetDeviceInfo(id, what, 0, nullptr, &size) != CL_SUCCESS || size == 0) return {};
    std::string text(size, '\0');
    if (cl.clGetDeviceInfo(id, what, size, text.data(), nullptr) != CL_SUCCESS) return {};
    text.resize(text.find('\0') == std::string::npos ? size : text.find('\0'));
    // Some drivers pad names with blanks.
    const size_t first = text.find_first_not_of(' ');
    return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

template <class T>
T device_value(const Api& cl, cl_device_id id, cl_device_info what) {
    T value{};
    cl.clGetDeviceInfo(id, what, sizeof value, &value, nullptr);
    return value;
}

DeviceType device_type(const Api& cl, cl_device_id id) {
    const auto type = device_value<cl_device_type>(cl, id, CL_DEVICE_TYPE);
    if (type & CL_DEVICE_TYPE_GPU)
        return device_value<cl_bool>(cl, id, CL_DEVICE_HOST_UNIFIED_MEMORY) ? DeviceType::integrated_gpu
                                                                            : DeviceType::discrete_gpu;
    return type & CL_DEVICE_TYPE_CPU ? DeviceType::cpu : DeviceType::accelerator;
}

DeviceCapabilities capabilities(const Api& cl, cl_device_id id, const DeviceInfo& info) {
    DeviceCapabilities c{
        .available = device_value<cl_bool>(cl, id, CL_DEVICE_AVAILABLE) != CL_FALSE,
        .has_compiler = device_value<cl_bool>(cl, id, CL_DEVICE_COMPILER_AVAILABLE) != CL_FALSE,
        .little_endian = device_value<cl_bool>(cl, id, CL_DEVICE_ENDIAN_LITTLE) != CL_FALSE,
        .full_profile = device_text(cl, id, CL_DEVICE_PROFILE) != "EMBEDDED_PROFILE",
        .opencl_major = 0,
        .opencl_minor = 0,
        .memory_bytes = info.memory_bytes};
    // "OpenCL 3.0 ..."; what can't be read is refused as 0.0.
    if (std::sscanf(info.opencl.c_str(), "OpenCL %u.%u", &c.opencl_major, &c.opencl_minor) != 2)
        c.opencl_major = c.opencl_minor = 0;
    return c;
}

DeviceInfo device_info(const Api& cl, cl_device_id id, const std::string& platform) {
    DeviceInfo info{.index = 0,
                    .name = device_text(cl, id, CL_DEVICE_NAME),
                    .vendor = device_text(cl, id, CL_DEVICE_VENDOR),
                    .platform = platform,
                    .driver = device_text(cl, id, CL_DRIVER_VERSION),
                    .opencl = device_text(cl, id, CL_DEVICE_VERSION),
                    .type = device_type(cl, id),
                    .memory_bytes = device_value<cl_ulong>(cl, id, CL_DEVICE_GLOBAL_MEM_SIZE),
                    .max_alloc_bytes = device_value<cl_ulong>(cl, id, CL_DEVICE_MAX_MEM_ALLOC_SIZE),
                    .units = device_value<cl_uint>(cl, id, CL_DEVICE_MAX_COMPUTE_UNITS)};
    info.uses_host_cores = info.type == DeviceType::cpu;
    info.shares_host_memory = info.uses_host_cores || info.type == DeviceType::integrated_gpu;
    info.refused = reason_to_refuse(capabilities(cl, id, info));
    return info;
}

/// Without repeats, in the same order: a driver that two files name is loaded once and answers twice.
template <class Id>
std::vector<Id> each_once(std::vector<Id> ids) {
    std::vector<Id> once;
    for (const Id id : ids)
        if (std::find(once.begin(), once.end(), id) == once.end()) once.push_back(id);
    return once;
}

void add_devices(const std::shared_ptr<const Api>& api, cl_platform_id platform, DeviceSearch& search) {
    const std::string label = platform_text(*api, platform, CL_PLATFORM_NAME);
    cl_uint count = 0;
    cl_int code = api->clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 0, nullptr, &count);
    std::vector<cl_device_id> ids(count);
    if (code == CL_SUCCESS && count != 0)
        code = api->clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, count, ids.data(), nullptr);
    if (code != CL_SUCCESS || count == 0) {
        search.complaints.push_back("the OpenCL platform " + label + " has no devices" +
                                    (code == CL_SUCCESS || code == CL_DEVICE_NOT_FOUND
                                         ? std::string()
                                         : ": clGetDeviceIDs: " + error_text(code)));
        return;
    }
    for (cl_device_id id : each_once(std::move(ids)))
        search.found.push_back({device_info(*api, id, label), [api, id](const DeviceInfo& info) {
                                    return OpenClDevice::open(api, id, info);
                                }});
}

}  // namespace

DeviceSearch find() {
    DeviceSearch search;
    const auto api = open_api();
    if (!api) {
        search.none_because = "no OpenCL loader can be opened (" + to_string(api.error()) + ")";
        return search;
    }
    search.loader_found = true;
    cl_uint count = 0;
    cl_int code = (*api)->clGetPlatformIDs(0, nullptr, &count);
    std::vector<cl_platform_id> platforms(count);
    if (code == CL_SUCCESS && count != 0) code = (*api)->clGetPlatformIDs(count, platforms.data(), nullptr);
    if (code == CL_SUCCESS)
        for (cl_platform_id platform : each_once(std::move(platforms))) add_devices(*api, platform, search);
    const DriverFiles drivers = examine_driver_files();
    search.complaints.insert(search.complaints.end(), drivers.complaints.begin(), drivers.complaints.end());
    if (!search.found.empty()) return search;
    if (count != 0 && code == CL_SUCCESS)
        search.none_because = "no OpenCL driver has a device";
    else if (!drivers.complaints.empty())
        search.none_because = "no OpenCL driver can be loaded";
    else
        search.none_because = "no OpenCL driver is installed (" + drivers.folder + " names none)";
    return search;
}

}  // namespace opencl

DeviceSearch find_devices() {
    DeviceSearch search = opencl::find();
    rank(search.found);
    return search;
}

}  // namespace warpevm
