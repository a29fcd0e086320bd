// SPDX-License-Identifier: Apache-2.0
// The narrow interface to whatever runs kernels: an OpenCL device, the kernels compiled as C++ (native), or a
// wrapper that injects faults. Nothing here fails by exception, and no error ends more than the device.
#pragma once

#include <memory>
#include <span>
#include <variant>

#include "evm/base/bytes.hpp"
#include "host/device/device_error.hpp"

namespace warpevm {

/// In the order in which devices are preferred.
enum class DeviceType : uint8_t { discrete_gpu, integrated_gpu, accelerator, cpu };
/// "gpu", "accelerator" or "cpu", as `warpevm devices` prints it.
std::string_view name(DeviceType type);

struct DeviceInfo {
    unsigned index = 0;  ///< as `warpevm devices` lists it; 0 is the host's own cores
    std::string name{};
    std::string vendor{};
    std::string platform{};
    std::string driver{};
    std::string opencl{};  ///< the version string; empty for native
    DeviceType type = DeviceType::cpu;
    uint64_t memory_bytes = 0;
    uint64_t max_alloc_bytes = 0;
    unsigned units = 0;
    bool shares_host_memory = false;  ///< exchange buffers are not copied
    bool uses_host_cores = false;     ///< what it gains, the host's threads lose
    std::string refused{};            ///< why it is not used; empty: it is usable
};

/// Memory that kernels see. Freed with its last reference, which must not outlive the device.
class DeviceBuffer {
  public:
    virtual ~DeviceBuffer() = default;
    [[nodiscard]] virtual size_t size() const = 0;
    /// An exchange buffer's host side (page-aligned); empty for other buffers.
    [[nodiscard]] virtual std::span<uint8_t> host() = 0;
};
class DeviceProgram {
  public:
    virtual ~DeviceProgram() = default;
};
/// Completion of one asynchronous operation.
class DeviceEvent {
  public:
    virtual ~DeviceEvent() = default;
};
using BufferPtr = std::shared_ptr<DeviceBuffer>;
using ProgramPtr = std::shared_ptr<DeviceProgram>;
using EventPtr = std::shared_ptr<DeviceEvent>;

enum class BufferKind : uint8_t {
    device,    ///< only kernels, write() and read() reach it
    exchange,  ///< owned by host or device: upload() and read_back(). Starts as the host's.
};
/// In-order each; what one of them copies overlaps with what the other computes.
enum class Queue : uint8_t { compute, transfer };

struct ProgramRequest {
    std::string_view name{};    ///< "recover": names the kernels' table entry and cache files
    std::string_view source{};  ///< OpenCL C with #line directives
    std::string options{};      ///< "-DX=1 -DY=2"
    BytesView binary{};         ///< from binary() of an earlier build of the same; empty: from source
};

using KernelArgument = std::variant<DeviceBuffer*, uint32_t, uint64_t>;
struct Launch {
    std::string_view kernel{};
    size_t items = 0;       ///< rounded up to whole groups; kernels ignore what is past their count
    size_t group_size = 0;  ///< 0: the device's own choice
    std::span<const KernelArgument> arguments{};
};

/// Thread-safe. Operations of one queue run in their order; others wait for the events that they name (null
/// events are done). Buffers and host memory of an operation must live until its event is waited for.
class Device {
  public:
    virtual ~Device() = default;
    [[nodiscard]] virtual const DeviceInfo& info() const = 0;

    /// Blocks while the driver compiles: seconds, on some drivers minutes.
    virtual DeviceResult<ProgramPtr> build(const ProgramRequest& request) = 0;
    /// What `ProgramRequest::binary` takes; empty where the device has no such thing.
    virtual DeviceResult<Bytes> binary(DeviceProgram& program) = 0;

    virtual DeviceResult<BufferPtr> allocate(size_t bytes, BufferKind kind) = 0;
    /// A window on a buffer of the kind `device`, which lives as long as it. Devices want `offset` aligned:
    /// whole pages suit all of them.
    virtual DeviceResult<BufferPtr> part(const BufferPtr& whole, size_t offset, size_t bytes) = 0;
    /// Copies and waits. For tables and tests; work goes through exchange buffers.
    virtual DeviceResult<void> write(DeviceBuffer& buffer, size_t offset, BytesView from) = 0;
    virtual DeviceResult<void> read(DeviceBuffer& buffer, size_t offset, std::span<uint8_t> to) = 0;

    /// Transfers ownership of an exchange buffer to the device, with its first `bytes` (0: ownership only);
    /// the host may not touch it until read_back().
    virtual DeviceResult<EventPtr> upload(Queue queue, DeviceBuffer& buffer, size_t bytes,
                                          std::span<const EventPtr> after) = 0;
    /// Transfers ownership back, with its first `bytes` (0: ownership only); the host may use it when the
    /// event is done.
    virtual DeviceResult<EventPtr> read_back(Queue queue, DeviceBuffer& buffer, size_t bytes,
                                             std::span<const EventPtr> after) = 0;
    virtual DeviceResult<EventPtr> launch(Queue queue, DeviceProgram& program, const Launch& launch,
                                          std::span<const EventPtr> after) = 0;

    virtual DeviceResult<void> wait(const EventPtr& event) = 0;
    /// Seconds that the device itself says it took; the event must be done. 0 where it does not say.
    virtual DeviceResult<double> seconds(const EventPtr& event) = 0;
    virtual DeviceResult<void> finish(Queue queue) = 0;
};

/// The largest buffer that anything may ask for: a quarter of the memory (OpenCL guarantees no more).
inline uint64_t largest_buffer(const DeviceInfo& info) {
    const uint64_t quarter = info.memory_bytes / 4;
    return info.max_alloc_bytes != 0 && info.max_alloc_bytes < quarter ? info.max_alloc_bytes : quarter;
}

/// The kernels' C++ form on the host's cores, `threads` of them (0: all). Never chosen by `auto`.
std::unique_ptr<Device> open_native_device(unsigned threads = 0);

}  // namespace warpevm
