// SPDX-License-Identifier: Apache-2.0
// The kernels' C++ form as a device: for sanitizers, debuggers and comparisons. Every operation is done when
// it returns.
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <thread>

#include "host/device/native_device.hpp"

namespace warpevm {
namespace {

constexpr size_t page = 4096;
/// Items of a group unless the launch says otherwise; what is no multiple of it tests the kernels' own guard.
constexpr size_t usual_group = 8;

class NativeBuffer final : public DeviceBuffer {
  public:
    /// The memory is exactly as long as asked for, so that the address sanitizer sees every step beyond it.
    NativeBuffer(size_t bytes, BufferKind kind)
        : m_size(bytes), m_kind(kind), m_memory(static_cast<uint8_t*>(allocate(bytes)), std::free) {}
    NativeBuffer(const NativeBuffer& whole, size_t offset, size_t bytes)
        : m_size(bytes), m_kind(BufferKind::device), m_memory(whole.m_memory, whole.memory() + offset) {}
    [[nodiscard]] size_t size() const override { return m_size; }
    [[nodiscard]] std::span<uint8_t> host() override {
        return {m_memory.get(), m_kind == BufferKind::exchange ? m_size : 0};
    }
    [[nodiscard]] uint8_t* memory() const { return m_memory.get(); }

  private:
    static void* allocate(size_t bytes) {
        void* memory = nullptr;
        return posix_memalign(&memory, page, std::max<size_t>(bytes, 1)) == 0 ? memory : nullptr;
    }
    size_t m_size;
    BufferKind m_kind;
    std::shared_ptr<uint8_t> m_memory;  ///< shared with its parts
};

struct NativeProgram final : DeviceProgram {
    std::string name;
};
struct NativeEvent final : DeviceEvent {
    double seconds = 0;
};

class NativeDevice final : public Device {
  public:
    NativeDevice(unsigned threads, std::span<const native::KernelEntry> kernels)
        : m_kernels(kernels), m_arena(static_cast<int>(threads)) {
        m_info.name = "native";
        m_info.vendor = "warpevm";
        m_info.platform = "the kernels as C++";
        m_info.units = threads;
        m_info.memory_bytes = m_info.max_alloc_bytes = uint64_t{1} << 36;
        m_info.shares_host_memory = m_info.uses_host_cores = true;
    }

    [[nodiscard]] const DeviceInfo& info() const override { return m_info; }

    DeviceResult<ProgramPtr> build(const ProgramRequest& request) override {
        if (std::none_of(m_kernels.begin(), m_kernels.end(),
                         [&](const auto& k) { return k.program == request.name; }))
            return failed(DeviceFault::build, "build", "no program " + std::string(request.name));
        auto program = std::make_shared<NativeProgram>();
        program->name = request.name;
        return program;
    }
    DeviceResult<Bytes> binary(DeviceProgram&) override { return Bytes{}; }

    DeviceResult<BufferPtr> allocate(size_t bytes, BufferKind kind) override {
        auto buffer = std::make_shared<NativeBuffer>(bytes, kind);
        if (!buffer->memory())
            return failed(DeviceFault::out_of_memory, "allocate", std::to_string(bytes) + " bytes");
        return buffer;
    }
    DeviceResult<BufferPtr> part(const BufferPtr& whole, size_t offset, size_t bytes) override {
        if (!fits(*whole, offset, bytes)) return failed(DeviceFault::bad_call, "part", "out of bounds");
        return std::make_shared<NativeBuffer>(static_cast<NativeBuffer&>(*whole), offset, bytes);
    }
    DeviceResult<void> write(DeviceBuffer& buffer, size_t offset, BytesView from) override {
        if (!fits(buffer, offset, from.size()))
            return failed(DeviceFault::bad_call, "write", "out of bounds");
        if (!from.empty()) std::memcpy(memory(buffer) + offset, from.data(), from.size());
        return {};
    }
    DeviceResult<void> read(DeviceBuffer& buffer, size_t offset, std::span<uint8_t> to) override {
        if (!fits(buffer, offset, to.size())) return failed(DeviceFault::bad_call, "read", "out of bounds");
        if (!to.empty()) std::memcpy(to.data(), memory(buffer) + offset, to.size());
        return {};
    }
    DeviceResult<EventPtr> upload(Queue, DeviceBuffer&, size_t, std::span<const EventPtr>) override {
        return done(0);
    }
    DeviceResult<EventPtr> read_back(Queue, DeviceBuffer&, size_t, std::span<const EventPtr>) override {
        return done(0);
    }

    DeviceResult<EventPtr> launch(Queue, DeviceProgram& program, const Launch& launch,
                                  std::span<const EventPtr>) override {
        const std::string& name = static_cast<NativeProgram&>(program).name;
        const auto kernel = std::find_if(m_kernels.begin(), m_kernels.end(), [&](const auto& k) {
            return k.program == name && k.name == launch.kernel;
        });
        if (kernel == m_kernels.end() || kernel->argument_count != launch.arguments.size())
            return failed(DeviceFault::bad_call, "launch", name + "::" + std::string(launch.kernel));
        std::vector<native::Argument> arguments;
        for (const KernelArgument& argument : launch.arguments) arguments.push_back(to_native(argument));
        const auto start = std::chrono::steady_clock::now();
        run(*kernel, launch, arguments);
        return done(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }

    DeviceResult<void> wait(const EventPtr&) override { return {}; }
    DeviceResult<double> seconds(const EventPtr& event) override {
        return event ? static_cast<NativeEvent&>(*event).seconds : 0.0;
    }
    DeviceResult<void> finish(Queue) override { return {}; }

  private:
    static uint8_t* memory(DeviceBuffer& buffer) { return static_cast<NativeBuffer&>(buffer).memory(); }
    static bool fits(const DeviceBuffer& buffer, size_t offset, size_t bytes) {
        return offset <= buffer.size() && bytes <= buffer.size() - offset;
    }
    static native::Argument to_native(const KernelArgument& argument) {
        if (const auto* buffer = std::get_if<DeviceBuffer*>(&argument))
            return {*buffer ? memory(**buffer) : nullptr, 0};
        if (const auto* word = std::get_if<uint32_t>(&argument)) return {nullptr, *word};
        return {nullptr, std::get<uint64_t>(argument)};
    }
    [[nodiscard]] tl::unexpected<DeviceError> failed(DeviceFault fault, const char* call,
                                                     std::string what) const {
        return tl::unexpected(DeviceError{fault, m_info.name, call, std::move(what)});
    }
    static DeviceResult<EventPtr> done(double seconds) {
        auto event = std::make_shared<NativeEvent>();
        event->seconds = seconds;
        return event;
    }

    void run(const native::KernelEntry& kernel, const Launch& launch,
             const std::vector<native::Argument>& arguments) {
        const size_t group = launch.group_size == 0 ? usual_group : launch.group_size;
        const size_t groups = (std::max<size_t>(launch.items, 1) + group - 1) / group;
        const auto run_groups = [&](const tbb::blocked_range<size_t>& range) {
            for (size_t g = range.begin(); g < range.end(); ++g)
                for (size_t i = 0; i < group; ++i) {
                    native::current_item = {g * group + i, groups * group, i, group, g};
                    kernel.invoke(arguments);
                }
        };
        m_arena.execute([&] { tbb::parallel_for(tbb::blocked_range<size_t>(0, groups), run_groups); });
    }

    DeviceInfo m_info;
    std::span<const native::KernelEntry> m_kernels;
    tbb::task_arena m_arena;
};

}  // namespace

std::unique_ptr<Device> open_native_device(unsigned threads) {
    return open_native_device(threads, native::kernels());
}
std::unique_ptr<Device> open_native_device(unsigned threads, std::span<const native::KernelEntry> kernels) {
    const unsigned all = std::max(1U, std::thread::hardware_concurrency());
    return std::make_unique<NativeDevice>(threads != 0 ? threads : all, kernels);
}

}  // namespace warpevm
