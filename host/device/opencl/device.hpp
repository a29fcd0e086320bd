// SPDX-License-Identifier: Apache-2.0
// A Device over OpenCL 1.2: one context, two in-order queues with profiling.
#pragma once

#include <map>
#include <mutex>
#include <vector>

#include "host/device/device.hpp"
#include "host/device/opencl/api.hpp"

namespace warpevm::opencl {

class Buffer final : public DeviceBuffer {
  public:
    [[nodiscard]] size_t size() const override { return m_size; }
    [[nodiscard]] std::span<uint8_t> host() override { return {m_host, m_host ? m_size : 0}; }

  private:
    friend class OpenClDevice;
    struct Free {
        void operator()(uint8_t* p) const { std::free(p); }
    };
    size_t m_size = 0;
    BufferPtr m_whole;  ///< what this is a part of
    uint8_t* m_host = nullptr;
    std::unique_ptr<uint8_t, Free> m_memory;  ///< zero copy: what the device's buffer lies over
    Memory m_pinned;                          ///< discrete: the host side, mapped for good
    Memory m_device;
};

class BuiltProgram final : public DeviceProgram {
  private:
    friend class OpenClDevice;
    Program m_program;
    std::mutex m_lock;  ///< over setting a kernel's arguments and enqueueing it
    std::map<std::string, Kernel, std::less<>> m_kernels;
};

class Event final : public DeviceEvent {
  public:
    explicit Event(EventHandle handle) : m_handle(std::move(handle)) {}
    [[nodiscard]] cl_event get() const { return m_handle.get(); }

  private:
    EventHandle m_handle;
};

class OpenClDevice final : public Device {
  public:
    static DeviceResult<std::unique_ptr<Device>> open(std::shared_ptr<const Api> api, cl_device_id id,
                                                      DeviceInfo info);
    ~OpenClDevice() override;

    [[nodiscard]] const DeviceInfo& info() const override { return m_info; }
    DeviceResult<ProgramPtr> build(const ProgramRequest& request) override;
    DeviceResult<Bytes> binary(DeviceProgram& program) override;
    DeviceResult<BufferPtr> allocate(size_t bytes, BufferKind kind) override;
    DeviceResult<BufferPtr> part(const BufferPtr& whole, size_t offset, size_t bytes) override;
    DeviceResult<void> write(DeviceBuffer& buffer, size_t offset, BytesView from) override;
    DeviceResult<void> read(DeviceBuffer& buffer, size_t offset, std::span<uint8_t> to) override;
    DeviceResult<EventPtr> upload(Queue queue, DeviceBuffer& buffer, size_t bytes,
                                  std::span<const EventPtr> after) override;
    DeviceResult<EventPtr> read_back(Queue queue, DeviceBuffer& buffer, size_t bytes,
                                     std::span<const EventPtr> after) override;
    DeviceResult<EventPtr> launch(Queue queue, DeviceProgram& program, const Launch& launch,
                                  std::span<const EventPtr> after) override;
    DeviceResult<void> wait(const EventPtr& event) override;
    DeviceResult<double> seconds(const EventPtr& event) override;
    DeviceResult<void> finish(Queue queue) override;

  private:
    OpenClDevice(std::shared_ptr<const Api> api, cl_device_id id, DeviceInfo info)
        : m_api(std::move(api)), m_id(id), m_info(std::move(info)) {}

    [[nodiscard]] tl::unexpected<DeviceError> failed(const char* call, cl_int code,
                                                     const std::string& what = {}) const;
    DeviceResult<Memory> create(cl_mem_flags flags, size_t bytes, void* host);
    DeviceResult<void> create_exchange(Buffer& buffer);
    DeviceResult<void> map_for_good(Buffer& buffer, cl_mem memory);
    DeviceResult<ProgramPtr> build_from(Program program, const ProgramRequest& request);
    DeviceResult<cl_kernel> kernel(BuiltProgram& program, std::string_view name);
    DeviceResult<size_t> group_size(cl_kernel kernel, const Launch& launch);
    DeviceResult<void> set_arguments(cl_kernel kernel, const Launch& launch);
    /// Flushes, since a queue may wait for the other's events only once they were submitted.
    DeviceResult<EventPtr> submitted(Queue queue, const char* call, cl_int code, cl_event event);
    [[nodiscard]] cl_command_queue queue(Queue which) const {
        return m_queues[static_cast<size_t>(which)].get();
    }

    std::shared_ptr<const Api> m_api;
    cl_device_id m_id;
    DeviceInfo m_info;
    Context m_context;
    std::array<CommandQueue, 2> m_queues;
};

}  // namespace warpevm::opencl
