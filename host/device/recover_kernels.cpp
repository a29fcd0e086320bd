// SPDX-License-Identifier: Apache-2.0
#include "host/device/recover_kernels.hpp"

#include <algorithm>

namespace warpevm {
namespace {

/// Work-items of a batched inversion. Each inversion costs as much as some 270 multiplications and each item
/// three, so 64 items or more share one; but a GPU is to be filled as far as that goes.
size_t inversion_stride(const DeviceInfo& info, size_t count) {
    const size_t lanes = info.type == DeviceType::cpu ? size_t{info.units} * 8 : size_t{info.units} * 256;
    return std::max<size_t>(1, std::min({lanes, count, std::max(count / 16, size_t{64})}));
}

}  // namespace

DeviceResult<RecoverKernels> RecoverKernels::open(Device& device, DeviceProgram& program) {
    RecoverKernels kernels;
    kernels.m_device = &device;
    kernels.m_program = &program;
    const auto bases = device.allocate(2 * kernel::point_bytes, BufferKind::device);
    if (!bases) return tl::unexpected(bases.error());
    const auto table = device.allocate(kernel::generator_points * kernel::point_bytes, BufferKind::device);
    if (!table) return tl::unexpected(table.error());
    kernels.m_generator = *table;
    const std::array<KernelArgument, 1> first{bases->get()};
    const std::array<KernelArgument, 2> second{bases->get(), table->get()};
    const auto made = device.launch(Queue::compute, program,
                                    {.kernel = "generator_bases", .items = 1, .arguments = first}, {});
    if (!made) return tl::unexpected(made.error());
    const auto filled = device.launch(
        Queue::compute, program,
        {.kernel = "generator_table", .items = kernel::generator_points, .arguments = second}, {&*made, 1});
    if (!filled) return tl::unexpected(filled.error());
    if (const auto done = device.wait(*filled); !done) return tl::unexpected(done.error());
    return kernels;
}

DeviceResult<RecoverKernels::Buffers> RecoverKernels::allocate(size_t items, BufferKind shared) {
    Buffers b;
    for (const auto& [buffer, bytes, kind] :
         {std::tuple{&b.signatures, sizeof(kernel::signature), shared},
          std::tuple{&b.statuses, sizeof(uint32_t), shared},
          std::tuple{&b.addresses, kernel::address_bytes, shared},
          std::tuple{&b.points, kernel::point_bytes, BufferKind::device},
          std::tuple{&b.scalars, kernel::number_bytes, BufferKind::device},
          std::tuple{&b.zs, kernel::number_bytes, BufferKind::device},
          std::tuple{&b.scratch, kernel::number_bytes, BufferKind::device}}) {
        auto made = m_device->allocate(items * bytes, kind);
        if (!made) return tl::unexpected(made.error());
        *buffer = std::move(*made);
    }
    return b;
}

DeviceResult<std::vector<EventPtr>> RecoverKernels::enqueue(const Buffers& b, size_t items,
                                                            std::span<const EventPtr> after) {
    const auto count = static_cast<uint32_t>(items);
    const size_t stride_items = inversion_stride(m_device->info(), items);
    const auto stride = static_cast<uint32_t>(stride_items);
    struct Stage {
        const char* kernel;
        size_t items;
        std::vector<KernelArgument> arguments;
    };
    const std::array<Stage, 5> stages{
        {{"recover_prepare",
          items,
          {b.signatures.get(), b.statuses.get(), b.points.get(), b.scalars.get(), count}},
         {"invert_scalars", stride_items, {b.scalars.get(), b.scratch.get(), stride, count}},
         {"recover_multiply",
          items,
          {b.signatures.get(), b.statuses.get(), m_generator.get(), b.scalars.get(), b.points.get(),
           b.zs.get(), count}},
         {"invert_fields", stride_items, {b.zs.get(), b.scratch.get(), stride, count}},
         {"recover_finish",
          items,
          {b.statuses.get(), b.points.get(), b.zs.get(), b.addresses.get(), count}}}};
    std::vector<EventPtr> events;
    for (const Stage& stage : stages) {
        auto event = m_device->launch(
            Queue::compute, *m_program,
            {.kernel = stage.kernel, .items = stage.items, .group_size = 0, .arguments = stage.arguments},
            events.empty() ? after : std::span<const EventPtr>(&events.back(), 1));
        if (!event) return tl::unexpected(event.error());
        events.push_back(std::move(*event));
    }
    return events;
}

}  // namespace warpevm
