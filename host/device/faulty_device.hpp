// SPDX-License-Identifier: Apache-2.0
// A device that fails on purpose, so that what follows a failure can be tested.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>

#include "host/device/device.hpp"

namespace warpevm {

/// Where a failure is injected. `stall` holds a launch up until FaultPlan::stall returns.
enum class FaultPoint : uint8_t { build, allocate, upload, enqueue, read_back, wait, stall, wrong_answer };
inline constexpr size_t fault_points = 8;

struct FaultPlan {
    FaultPoint point{};
    /// Which call of that kind fails, from 1; all calls after it fail too where `persistent` is set.
    unsigned at_call = 1;
    DeviceFault fault = DeviceFault::call_failed;
    bool persistent = false;
    std::function<void()> stall{};
};

class FaultyDevice final : public Device {
  public:
    FaultyDevice(std::unique_ptr<Device> inner, FaultPlan plan)
        : m_inner(std::move(inner)), m_plan(std::move(plan)) {}

    /// How many calls of a kind there were, failed ones included.
    [[nodiscard]] unsigned calls(FaultPoint point) const { return m_calls[static_cast<size_t>(point)]; }

    [[nodiscard]] const DeviceInfo& info() const override { return m_inner->info(); }
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
    /// Counts the call; true where it is to fail.
    bool strikes(FaultPoint point);
    [[nodiscard]] tl::unexpected<DeviceError> failed(const char* call) const;

    std::unique_ptr<Device> m_inner;
    FaultPlan m_plan;
    std::array<std::atomic<unsigned>, fault_points> m_calls{};
};

}  // namespace warpevm
