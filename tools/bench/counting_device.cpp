// SPDX-License-Identifier: Apache-2.0
#include "tools/bench/counting_device.hpp"

#include <algorithm>

#include "tools/bench/measure.hpp"

namespace warpevm::tools {
namespace {

constexpr uint8_t pattern = 0xa5;
constexpr size_t record = 32;

}  // namespace

DeviceResult<BufferPtr> CountingDevice::allocate(size_t bytes, BufferKind kind) {
    auto buffer = m_device->allocate(bytes, kind);
    if (!buffer || !m_fills) return buffer;
    if (auto filled = m_device->write(**buffer, 0, Bytes(bytes, pattern)); !filled)
        return tl::unexpected(filled.error());
    if (!m_largest || m_largest->size() < bytes) m_largest = *buffer;
    return buffer;
}

DeviceResult<uint64_t> CountingDevice::touched(size_t stride) {
    if (!m_largest) return uint64_t{0};
    Bytes bytes(m_largest->size());
    if (auto read = m_device->read(*m_largest, 0, bytes); !read) return tl::unexpected(read.error());
    uint64_t most = 0;
    for (size_t at = 0; at + stride <= bytes.size(); at += stride) {
        uint64_t here = 0;
        for (size_t i = 0; i < stride; i += record) {
            const auto part = BytesView(bytes).subspan(at + i, std::min(record, stride - i));
            if (std::any_of(part.begin(), part.end(), [](uint8_t b) { return b != pattern; })) here += record;
        }
        most = std::max(most, here);
    }
    return most;
}

DeviceResult<EventPtr> CountingDevice::launch(Queue queue, DeviceProgram& program, const Launch& launch,
                                              std::span<const EventPtr> after) {
    const double start = cpu_seconds();
    auto event = m_device->launch(queue, program, launch, after);
    if (!event) return event;
    if (auto waited = m_device->wait(*event); !waited) return tl::unexpected(waited.error());
    m_counts.kernel_cpu_seconds += cpu_seconds() - start;
    if (const auto seconds = m_device->seconds(*event)) m_counts.kernel_seconds += *seconds;
    ++m_counts.launches;
    m_counts.work_items += launch.items;
    return event;
}

}  // namespace warpevm::tools
