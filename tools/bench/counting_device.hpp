// SPDX-License-Identifier: Apache-2.0
// A device that counts what goes over it: bytes each way, launches, processor time of kernels, and how much
// of its largest buffer was written to.
#pragma once

#include "host/device/device.hpp"

namespace warpevm::tools {

struct DeviceCounts {
    uint64_t bytes_up = 0, bytes_down = 0, launches = 0, work_items = 0;
    double kernel_cpu_seconds = 0;  ///< of the process, which a device on the host's cores computes in
    double kernel_seconds = 0;      ///< by the device's clock
};

class CountingDevice final : public Device {
  public:
    explicit CountingDevice(std::shared_ptr<Device> device) : m_device(std::move(device)) {}

    [[nodiscard]] const DeviceCounts& counts() const { return m_counts; }
    void reset() { m_counts = {}; }
    /// Buffers that are allocated from now on begin as a pattern, so that `touched` sees what was written.
    void fill_buffers() { m_fills = true; }
    /// Of parts of `stride` bytes in the largest buffer: the most bytes of one, counted in records of 32,
    /// that do not hold the pattern any more.
    DeviceResult<uint64_t> touched(size_t stride);

    [[nodiscard]] const DeviceInfo& info() const override { return m_device->info(); }
    DeviceResult<ProgramPtr> build(const ProgramRequest& request) override {
        return m_device->build(request);
    }
    DeviceResult<Bytes> binary(DeviceProgram& program) override { return m_device->binary(program); }
    DeviceResult<BufferPtr> allocate(size_t bytes, BufferKind kind) override;
    DeviceResult<BufferPtr> part(const BufferPtr& whole, size_t offset, size_t bytes) override {
        return m_device->part(whole, offset, bytes);
    }
    DeviceResult<void> write(DeviceBuffer& buffer, size_t offset, BytesView from) override {
        m_counts.bytes_up += from.size();
        return m_device->write(buffer, offset, from);
    }
    DeviceResult<void> read(DeviceBuffer& buffer, size_t offset, std::span<uint8_t> to) override {
        m_counts.bytes_down += to.size();
        return m_device->read(buffer, offset, to);
    }
    DeviceResult<EventPtr> upload(Queue queue, DeviceBuffer& buffer, size_t bytes,
                                  std::span<const EventPtr> after) override {
        m_counts.bytes_up += bytes;
        return m_device->upload(queue, buffer, bytes, after);
    }
    DeviceResult<EventPtr> read_back(Queue queue, DeviceBuffer& buffer, size_t bytes,
                                     std::span<const EventPtr> after) override {
        m_counts.bytes_down += bytes;
        return m_device->read_back(queue, buffer, bytes, after);
    }
    /// Waits, so that the time is the kernel's.
    DeviceResult<EventPtr> launch(Queue queue, DeviceProgram& program, const Launch& launch,
                                  std::span<const EventPtr> after) override;
    DeviceResult<void> wait(const EventPtr& event) override { return m_device->wait(event); }
    DeviceResult<double> seconds(const EventPtr& event) override { return m_device->seconds(event); }
    DeviceResult<void> finish(Queue queue) override { return m_device->finish(queue); }

  private:
    std::shared_ptr<Device> m_device;
    DeviceCounts m_counts;
    bool m_fills = false;
    BufferPtr m_largest;
};

}  // namespace warpevm::tools
