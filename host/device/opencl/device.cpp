// SPDX-License-Identifier: Apache-2.0
// Opening, building, launching and waiting; memory is in memory.cpp.
#include "host/device/opencl/device.hpp"

#include "host/device/opencl/wait_list.hpp"

namespace warpevm::opencl {

DeviceResult<std::unique_ptr<Device>> OpenClDevice::open(std::shared_ptr<const Api> api, cl_device_id id,
                                                         DeviceInfo info) {
    std::unique_ptr<OpenClDevice> device(new OpenClDevice(std::move(api), id, std::move(info)));
    const Api& cl = *device->m_api;
    cl_int code = CL_SUCCESS;
    device->m_context = {device->m_api, cl.clCreateContext(nullptr, 1, &id, nullptr, nullptr, &code)};
    if (code != CL_SUCCESS) return device->failed("clCreateContext", code);
    for (CommandQueue& queue : device->m_queues) {
        queue = {device->m_api,
                 cl.clCreateCommandQueue(device->m_context.get(), id, CL_QUEUE_PROFILING_ENABLE, &code)};
        if (code != CL_SUCCESS) return device->failed("clCreateCommandQueue", code);
    }
    return device;
}

/// Nothing may still run over memory that is about to go.
OpenClDevice::~OpenClDevice() {
    for (const CommandQueue& queue : m_queues)
        if (queue.get()) m_api->clFinish(queue.get());
}

tl::unexpected<DeviceError> OpenClDevice::failed(const char* call, cl_int code,
                                                 const std::string& what) const {
    return tl::unexpected(DeviceError{fault_of(code), m_info.name, call,
                                      what.empty() ? error_text(code) : error_text(code) + ", " + what});
}

DeviceResult<ProgramPtr> OpenClDevice::build(const ProgramRequest& request) {
    cl_int code = CL_SUCCESS;
    cl_program program = nullptr;
    const char* call = "clCreateProgramWithSource";
    if (request.binary.empty()) {
        const char* text = request.source.data();
        const size_t length = request.source.size();
        program = m_api->clCreateProgramWithSource(m_context.get(), 1, &text, &length, &code);
    } else {
        call = "clCreateProgramWithBinary";
        const unsigned char* bytes = request.binary.data();
        const size_t length = request.binary.size();
        cl_int loaded = CL_SUCCESS;
        program =
            m_api->clCreateProgramWithBinary(m_context.get(), 1, &m_id, &length, &bytes, &loaded, &code);
        if (code == CL_SUCCESS) code = loaded;
    }
    Program owned(m_api, program);
    if (code != CL_SUCCESS) return failed(call, code, std::string(request.name));
    return build_from(std::move(owned), request);
}

DeviceResult<ProgramPtr> OpenClDevice::build_from(Program program, const ProgramRequest& request) {
    const cl_int code =
        m_api->clBuildProgram(program.get(), 1, &m_id, request.options.c_str(), nullptr, nullptr);
    if (code != CL_SUCCESS) {
        size_t size = 0;
        m_api->clGetProgramBuildInfo(program.get(), m_id, CL_PROGRAM_BUILD_LOG, 0, nullptr, &size);
        std::string log(size, '\0');
        m_api->clGetProgramBuildInfo(program.get(), m_id, CL_PROGRAM_BUILD_LOG, size, log.data(), nullptr);
        while (!log.empty() && (log.back() == '\0' || log.back() == '\n')) log.pop_back();
        auto error = failed("clBuildProgram", code,
                            std::string(request.name) + " with \"" + request.options + "\":\n" + log);
        // Whatever the driver calls it, the device itself is as well as before.
        if (error.value().fault == DeviceFault::call_failed) error.value().fault = DeviceFault::build;
        return error;
    }
    auto built = std::make_shared<BuiltProgram>();
    built->m_program = std::move(program);
    return built;
}

DeviceResult<Bytes> OpenClDevice::binary(DeviceProgram& program) {
    cl_program p = static_cast<BuiltProgram&>(program).m_program.get();
    size_t size = 0;
    if (const cl_int code = m_api->clGetProgramInfo(p, CL_PROGRAM_BINARY_SIZES, sizeof size, &size, nullptr);
        code != CL_SUCCESS)
        return failed("clGetProgramInfo", code);
    Bytes bytes(size);
    unsigned char* to = bytes.data();
    if (const cl_int code = m_api->clGetProgramInfo(p, CL_PROGRAM_BINARIES, sizeof to, &to, nullptr);
        size != 0 && code != CL_SUCCESS)
        return failed("clGetProgramInfo", code);
    return bytes;
}

DeviceResult<cl_kernel> OpenClDevice::kernel(BuiltProgram& program, std::string_view name) {
    const auto known = program.m_kernels.find(name);
    if (known != program.m_kernels.end()) return known->second.get();
    const std::string spelled(name);
    cl_int code = CL_SUCCESS;
    Kernel kernel(m_api, m_api->clCreateKernel(program.m_program.get(), spelled.c_str(), &code));
    if (code != CL_SUCCESS) return failed("clCreateKernel", code, spelled);
    return program.m_kernels.emplace(spelled, std::move(kernel)).first->second.get();
}

DeviceResult<void> OpenClDevice::set_arguments(cl_kernel kernel, const Launch& launch) {
    for (cl_uint i = 0; i < launch.arguments.size(); ++i) {
        const KernelArgument& argument = launch.arguments[i];
        cl_int code = CL_SUCCESS;
        if (const auto* buffer = std::get_if<DeviceBuffer*>(&argument)) {
            cl_mem memory = *buffer ? static_cast<Buffer*>(*buffer)->m_device.get() : nullptr;
            code = m_api->clSetKernelArg(kernel, i, sizeof(cl_mem),
                                         &memory);  // NOLINT(bugprone-sizeof-expression)
        } else if (const auto* word = std::get_if<uint32_t>(&argument)) {
            code = m_api->clSetKernelArg(kernel, i, sizeof *word, word);
        } else {
            const uint64_t wide = std::get<uint64_t>(argument);
            code = m_api->clSetKernelArg(kernel, i, sizeof wide, &wide);
        }
        if (code != CL_SUCCESS)
            return failed("clSetKernelArg", code,
                          std::string(launch.kernel) + ", argument " + std::to_string(i));
    }
    return {};
}

DeviceResult<size_t> OpenClDevice::group_size(cl_kernel kernel, const Launch& launch) {
    size_t most = 0;
    const cl_int code =
        m_api->clGetKernelWorkGroupInfo(kernel, m_id, CL_KERNEL_WORK_GROUP_SIZE, sizeof most, &most, nullptr);
    if (code != CL_SUCCESS) return failed("clGetKernelWorkGroupInfo", code, std::string(launch.kernel));
    // PoCL keeps one copy of the private variables per item of a group, so small groups stay in the cache;
    // GPUs hide latency with a few warps a group (KERNELS.md, sections 3 and 4).
    const size_t usual = m_info.type == DeviceType::cpu ? 8 : 128;
    return std::max<size_t>(1, std::min(launch.group_size == 0 ? usual : launch.group_size, most));
}

DeviceResult<EventPtr> OpenClDevice::launch(Queue which, DeviceProgram& program, const Launch& launch,
                                            std::span<const EventPtr> after) {
    auto& built = static_cast<BuiltProgram&>(program);
    const std::lock_guard held(built.m_lock);
    const auto k = kernel(built, launch.kernel);
    if (!k) return tl::unexpected(k.error());
    if (const auto set = set_arguments(*k, launch); !set) return tl::unexpected(set.error());
    const auto group = group_size(*k, launch);
    if (!group) return tl::unexpected(group.error());
    const size_t global = (std::max<size_t>(launch.items, 1) + *group - 1) / *group * *group;
    const WaitList waits(after);
    cl_event event = nullptr;
    const cl_int code = m_api->clEnqueueNDRangeKernel(queue(which), *k, 1, nullptr, &global, &*group,
                                                      waits.size(), waits.data(), &event);
    return submitted(which, "clEnqueueNDRangeKernel", code, event);
}

DeviceResult<EventPtr> OpenClDevice::submitted(Queue which, const char* call, cl_int code, cl_event event) {
    if (code != CL_SUCCESS) return failed(call, code);
    EventPtr owned = std::make_shared<Event>(EventHandle(m_api, event));
    if (const cl_int flushed = m_api->clFlush(queue(which)); flushed != CL_SUCCESS)
        return failed("clFlush", flushed);
    return owned;
}

DeviceResult<void> OpenClDevice::wait(const EventPtr& event) {
    if (!event) return {};
    cl_event e = static_cast<Event&>(*event).get();
    if (const cl_int code = m_api->clWaitForEvents(1, &e); code != CL_SUCCESS)
        return failed("clWaitForEvents", code);
    return {};
}

DeviceResult<double> OpenClDevice::seconds(const EventPtr& event) {
    if (!event) return 0.0;
    cl_event e = static_cast<Event&>(*event).get();
    cl_ulong start = 0, end = 0;
    for (const auto& [what, to] :
         {std::pair{CL_PROFILING_COMMAND_START, &start}, std::pair{CL_PROFILING_COMMAND_END, &end}})
        if (m_api->clGetEventProfilingInfo(e, static_cast<cl_profiling_info>(what), sizeof *to, to,
                                           nullptr) != CL_SUCCESS)
            return 0.0;
    return end > start ? 1e-9 * static_cast<double>(end - start) : 0.0;
}

DeviceResult<void> OpenClDevice::finish(Queue which) {
    if (const cl_int code = m_api->clFinish(queue(which)); code != CL_SUCCESS)
        return failed("clFinish", code);
    return {};
}

}  // namespace warpevm::opencl
