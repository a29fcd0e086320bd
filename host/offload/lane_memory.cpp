// SPDX-License-Identifier: Apache-2.0
#include "host/offload/lane_memory.hpp"

#include <algorithm>
#include <array>

namespace warpevm {

#define WARPEVM_TRY(call) \
    if (auto tried = (call); !tried) return tl::unexpected(tried.error())

DeviceResult<void> LaneMemory::reserve(BufferPtr& buffer, size_t bytes) {
    if (buffer && buffer->size() >= bytes) return {};
    buffer.reset();
    auto made = m_device.allocate(std::max<size_t>(bytes, 64), BufferKind::device);
    if (!made) return tl::unexpected(made.error());
    buffer = std::move(*made);
    return {};
}

DeviceResult<void> LaneMemory::fill(BufferPtr& buffer, BytesView bytes, Kind kind) {
    WARPEVM_TRY(reserve(buffer, bytes.size()));
    traffic.*kind += bytes.size();
    return bytes.empty() ? DeviceResult<void>{} : m_device.write(*buffer, 0, bytes);
}

DeviceResult<void> LaneMemory::extend(BufferPtr& buffer, size_t there, BytesView bytes, Kind kind) {
    if (!buffer || buffer->size() < bytes.size()) {
        WARPEVM_TRY(reserve(buffer, 2 * bytes.size()));
        there = 0;
    }
    const BytesView fresh = bytes.subspan(there);
    traffic.*kind += fresh.size();
    return fresh.empty() ? DeviceResult<void>{} : m_device.write(*buffer, there, fresh);
}

DeviceResult<void> LaneMemory::read(const BufferPtr& buffer, std::span<uint8_t> to, Kind kind) {
    traffic.*kind += to.size();
    return m_device.read(*buffer, 0, to);
}

DeviceResult<void> LaneMemory::run(std::string_view kernel, size_t items,
                                   std::span<const KernelArgument> arguments) {
    const auto event = m_device.launch(
        Queue::compute, *m_program,
        {.kernel = kernel, .items = items, .group_size = m_group_size, .arguments = arguments}, {});
    if (!event) return tl::unexpected(event.error());
    return m_device.wait(*event);
}

DeviceResult<void> LaneMemory::send_codes() {
    const Bytes& bytes = codes.bytes();
    if (code_bytes && m_codes_there == bytes.size()) return {};
    // In a new buffer there are no constants.
    if (!code_bytes || code_bytes->size() < bytes.size()) m_images_there = 0;
    WARPEVM_TRY(extend(code_bytes, m_codes_there, bytes, &Traffic::tables));
    WARPEVM_TRY(fold_images());
    WARPEVM_TRY(send_records());
    m_codes_there = bytes.size();
    return {};
}

DeviceResult<void> LaneMemory::fold_images() {
    const auto& all = codes.images();
    const std::vector<uint32_t> fresh(all.begin() + static_cast<std::ptrdiff_t>(m_images_there), all.end());
    if (fresh.empty()) return {};
    WARPEVM_TRY(fill(m_images, bytes_of(fresh), &Traffic::tables));
    const auto count = static_cast<uint32_t>(fresh.size());
    const std::array<KernelArgument, 3> arguments{code_bytes.get(), m_images.get(), count};
    WARPEVM_TRY(run("evm_fold", count, arguments));
    m_images_there = all.size();
    return {};
}

/// Those that are new or got an image.
DeviceResult<void> LaneMemory::send_records() {
    const std::vector<kernel::code_record>& records = codes.records();
    constexpr size_t size = sizeof(kernel::code_record);
    if (!code_records || code_records->size() < size * records.size()) {
        WARPEVM_TRY(reserve(code_records, 2 * size * records.size()));
        m_records_there.clear();
    }
    const auto is_there = [&](size_t i) {
        return i < m_records_there.size() && m_records_there[i] == records[i].image;
    };
    for (size_t end = 0; end < records.size(); ++end) {
        const size_t first = end;
        while (end < records.size() && !is_there(end)) ++end;
        if (end == first) continue;
        const BytesView fresh = bytes_of(records).subspan(size * first, size * (end - first));
        traffic.tables += fresh.size();
        WARPEVM_TRY(m_device.write(*code_records, size * first, fresh));
        m_records_there.resize(std::max(m_records_there.size(), end));
        for (size_t i = first; i < end; ++i) m_records_there[i] = records[i].image;
    }
    return {};
}

void LaneMemory::forget_codes(Images images) {
    codes = CodeStore(images);
    m_codes_there = m_images_there = 0;
    m_records_there.clear();
}

#undef WARPEVM_TRY

}  // namespace warpevm
