// SPDX-License-Identifier: Apache-2.0
// The OpenCL loader's functions, found at run time: a machine without libOpenCL.so.1 is a normal case.
#pragma once

#define CL_TARGET_OPENCL_VERSION 120
#define CL_USE_DEPRECATED_OPENCL_1_2_APIS
#include <CL/cl.h>

#include <memory>
#include <string>

#include "host/device/device_error.hpp"

namespace warpevm::opencl {

#define WARPEVM_OPENCL_FUNCTIONS(X) \
    X(clGetPlatformIDs)             \
    X(clGetPlatformInfo)            \
    X(clGetDeviceIDs)               \
    X(clGetDeviceInfo)              \
    X(clCreateContext)              \
    X(clReleaseContext)             \
    X(clCreateCommandQueue)         \
    X(clReleaseCommandQueue)        \
    X(clCreateProgramWithSource)    \
    X(clCreateProgramWithBinary)    \
    X(clBuildProgram)               \
    X(clGetProgramInfo)             \
    X(clGetProgramBuildInfo)        \
    X(clReleaseProgram)             \
    X(clCreateKernel)               \
    X(clSetKernelArg)               \
    X(clGetKernelWorkGroupInfo)     \
    X(clReleaseKernel)              \
    X(clCreateBuffer)               \
    X(clCreateSubBuffer)            \
    X(clReleaseMemObject)           \
    X(clEnqueueReadBuffer)          \
    X(clEnqueueWriteBuffer)         \
    X(clEnqueueMapBuffer)           \
    X(clEnqueueUnmapMemObject)      \
    X(clEnqueueNDRangeKernel)       \
    X(clWaitForEvents)              \
    X(clGetEventProfilingInfo)      \
    X(clReleaseEvent)               \
    X(clFlush)                      \
    X(clFinish)

/// The functions by their names.
struct Api {
#define WARPEVM_MEMBER(f) decltype(&::f) f = nullptr;
    WARPEVM_OPENCL_FUNCTIONS(WARPEVM_MEMBER)
#undef WARPEVM_MEMBER
};

/// Opens the loader. It stays open until the process ends: drivers leave threads behind that closing would
/// pull the code away from.
DeviceResult<std::shared_ptr<const Api>> open_api();

/// "CL_OUT_OF_RESOURCES (-5)".
std::string error_text(cl_int code);
DeviceFault fault_of(cl_int code);

/// A handle that is released by one of the Api's functions.
template <class Handle, auto Release>
class Owned {
  public:
    Owned() = default;
    Owned(std::shared_ptr<const Api> api, Handle handle) : m_api(std::move(api)), m_handle(handle) {}
    Owned(Owned&& o) noexcept : m_api(std::move(o.m_api)), m_handle(std::exchange(o.m_handle, nullptr)) {}
    Owned& operator=(Owned&& o) noexcept {
        std::swap(m_api, o.m_api);
        std::swap(m_handle, o.m_handle);
        return *this;
    }
    Owned(const Owned&) = delete;
    Owned& operator=(const Owned&) = delete;
    ~Owned() {
        if (m_handle) (m_api.get()->*Release)(m_handle);
    }
    [[nodiscard]] Handle get() const { return m_handle; }

  private:
    std::shared_ptr<const Api> m_api;
    Handle m_handle = nullptr;
};
using Context = Owned<cl_context, &Api::clReleaseContext>;
using CommandQueue = Owned<cl_command_queue, &Api::clReleaseCommandQueue>;
using Program = Owned<cl_program, &Api::clReleaseProgram>;
using Kernel = Owned<cl_kernel, &Api::clReleaseKernel>;
using Memory = Owned<cl_mem, &Api::clReleaseMemObject>;
using EventHandle = Owned<cl_event, &Api::clReleaseEvent>;

}  // namespace warpevm::opencl
