// SPDX-License-Identifier: Apache-2.0
// Buffers. On devices that share the host's memory an exchange buffer is one piece of memory that both map in
// turns; on others it is a pinned host buffer and a device buffer, with a copy at each transfer.
#include <cstdlib>

#include "host/device/opencl/device.hpp"
#include "host/device/opencl/wait_list.hpp"

namespace warpevm::opencl {
namespace {

constexpr size_t page = 4096;

size_t whole_pages(size_t bytes) {
    return (std::max<size_t>(bytes, 1) + page - 1) / page * page;
}

}  // namespace

DeviceResult<Memory> OpenClDevice::create(cl_mem_flags flags, size_t bytes, void* host) {
    cl_int code = CL_SUCCESS;
    Memory memory(m_api,
                  m_api->clCreateBuffer(m_context.get(), CL_MEM_READ_WRITE | flags, bytes, host, &code));
    if (code != CL_SUCCESS) return failed("clCreateBuffer", code, std::to_string(bytes) + " bytes");
    return memory;
}

DeviceResult<BufferPtr> OpenClDevice::allocate(size_t bytes, BufferKind kind) {
    if (const uint64_t most = largest_buffer(m_info); bytes > most)
        return tl::unexpected(
            DeviceError{DeviceFault::out_of_memory, m_info.name, "allocate",
                        std::to_string(bytes) + " bytes, more than a quarter of its memory"});
    auto buffer = std::make_shared<Buffer>();
    buffer->m_size = bytes;
    if (kind == BufferKind::exchange) {
        if (const auto made = create_exchange(*buffer); !made) return tl::unexpected(made.error());
        return buffer;
    }
    // Not rounded up, so that a simulator sees every step beyond it.
    auto memory = create(0, std::max<size_t>(bytes, 1), nullptr);
    if (!memory) return tl::unexpected(memory.error());
    buffer->m_device = std::move(*memory);
    return buffer;
}

DeviceResult<BufferPtr> OpenClDevice::part(const BufferPtr& whole, size_t offset, size_t bytes) {
    const cl_buffer_region region{offset, std::max<size_t>(bytes, 1)};
    cl_int code = CL_SUCCESS;
    Memory memory(m_api,
                  m_api->clCreateSubBuffer(static_cast<Buffer&>(*whole).m_device.get(), CL_MEM_READ_WRITE,
                                           CL_BUFFER_CREATE_TYPE_REGION, &region, &code));
    if (code != CL_SUCCESS)
        return failed("clCreateSubBuffer", code,
                      std::to_string(bytes) + " bytes from " + std::to_string(offset) + " on");
    auto buffer = std::make_shared<Buffer>();
    buffer->m_size = bytes;
    buffer->m_whole = whole;
    buffer->m_device = std::move(memory);
    return buffer;
}

DeviceResult<void> OpenClDevice::create_exchange(Buffer& buffer) {
    const size_t bytes = whole_pages(buffer.m_size);
    void* host = nullptr;
    if (m_info.shares_host_memory) {
        buffer.m_memory.reset(static_cast<uint8_t*>(std::aligned_alloc(page, bytes)));
        host = buffer.m_memory.get();
        if (!host)
            return tl::unexpected(DeviceError{DeviceFault::out_of_memory, m_info.name, "aligned_alloc",
                                              std::to_string(bytes) + " bytes"});
    }
    auto device = create(host ? CL_MEM_USE_HOST_PTR : 0, bytes, host);
    if (!device) return tl::unexpected(device.error());
    buffer.m_device = std::move(*device);
    if (host) return map_for_good(buffer, buffer.m_device.get());
    auto pinned = create(CL_MEM_ALLOC_HOST_PTR, bytes, nullptr);
    if (!pinned) return tl::unexpected(pinned.error());
    buffer.m_pinned = std::move(*pinned);
    return map_for_good(buffer, buffer.m_pinned.get());
}

DeviceResult<void> OpenClDevice::map_for_good(Buffer& buffer, cl_mem memory) {
    cl_int code = CL_SUCCESS;
    void* host =
        m_api->clEnqueueMapBuffer(queue(Queue::transfer), memory, CL_TRUE, CL_MAP_READ | CL_MAP_WRITE, 0,
                                  std::max<size_t>(buffer.m_size, 1), 0, nullptr, nullptr, &code);
    if (code != CL_SUCCESS) return failed("clEnqueueMapBuffer", code);
    buffer.m_host = static_cast<uint8_t*>(host);
    return {};
}

DeviceResult<void> OpenClDevice::write(DeviceBuffer& buffer, size_t offset, BytesView from) {
    if (from.empty()) return {};
    const cl_int code =
        m_api->clEnqueueWriteBuffer(queue(Queue::transfer), static_cast<Buffer&>(buffer).m_device.get(),
                                    CL_TRUE, offset, from.size(), from.data(), 0, nullptr, nullptr);
    if (code != CL_SUCCESS) return failed("clEnqueueWriteBuffer", code);
    return {};
}

DeviceResult<void> OpenClDevice::read(DeviceBuffer& buffer, size_t offset, std::span<uint8_t> to) {
    if (to.empty()) return {};
    const cl_int code =
        m_api->clEnqueueReadBuffer(queue(Queue::transfer), static_cast<Buffer&>(buffer).m_device.get(),
                                   CL_TRUE, offset, to.size(), to.data(), 0, nullptr, nullptr);
    if (code != CL_SUCCESS) return failed("clEnqueueReadBuffer", code);
    return {};
}

DeviceResult<EventPtr> OpenClDevice::upload(Queue which, DeviceBuffer& buffer, size_t bytes,
                                            std::span<const EventPtr> after) {
    auto& b = static_cast<Buffer&>(buffer);
    const WaitList waits(after);
    cl_event event = nullptr;
    if (b.m_memory) {
        const cl_int code = m_api->clEnqueueUnmapMemObject(queue(which), b.m_device.get(), b.m_host,
                                                           waits.size(), waits.data(), &event);
        return submitted(which, "clEnqueueUnmapMemObject", code, event);
    }
    if (bytes == 0) return EventPtr{};
    const cl_int code = m_api->clEnqueueWriteBuffer(queue(which), b.m_device.get(), CL_FALSE, 0, bytes,
                                                    b.m_host, waits.size(), waits.data(), &event);
    return submitted(which, "clEnqueueWriteBuffer", code, event);
}

DeviceResult<EventPtr> OpenClDevice::read_back(Queue which, DeviceBuffer& buffer, size_t bytes,
                                               std::span<const EventPtr> after) {
    auto& b = static_cast<Buffer&>(buffer);
    const WaitList waits(after);
    cl_event event = nullptr;
    cl_int code = CL_SUCCESS;
    if (b.m_memory) {
        void* host = m_api->clEnqueueMapBuffer(queue(which), b.m_device.get(), CL_FALSE,
                                               CL_MAP_READ | CL_MAP_WRITE, 0, std::max<size_t>(b.m_size, 1),
                                               waits.size(), waits.data(), &event, &code);
        if (code == CL_SUCCESS) b.m_host = static_cast<uint8_t*>(host);
        return submitted(which, "clEnqueueMapBuffer", code, event);
    }
    if (bytes == 0) return EventPtr{};
    code = m_api->clEnqueueReadBuffer(queue(which), b.m_device.get(), CL_FALSE, 0, bytes, b.m_host,
                                      waits.size(), waits.data(), &event);
    return submitted(which, "clEnqueueReadBuffer", code, event);
}

}  // namespace warpevm::opencl
