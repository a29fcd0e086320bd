// SPDX-License-Identifier: Apache-2.0
#include "host/keccak/device_keccak.hpp"

#include <tbb/parallel_for.h>

#include <algorithm>

#include "evm/crypto/keccak.hpp"

namespace warpevm {
namespace {

constexpr size_t rate = 136;  // bytes of a block of Keccak-256
/// One slice: large enough that launching costs nothing beside it, small enough that two overlap early.
constexpr uint64_t slice_bytes = uint64_t{16} << 20;
constexpr uint64_t bytes_per_message = 64;
constexpr size_t pack_grain = 512;
/// Messages of more blocks than this share a bucket.
constexpr size_t buckets = 256;

/// Words that the kernels may read of a message: its own and the one that its end lies in.
size_t words_of(size_t bytes) {
    return bytes / 8 + 1;
}

template <class T>
T* as(DeviceBuffer& buffer) {
    return reinterpret_cast<T*>(buffer.host().data());
}

}  // namespace

DeviceResult<std::unique_ptr<DeviceKeccak>> DeviceKeccak::open(std::shared_ptr<DevicePrograms> programs,
                                                               Variant variant) {
    auto program = programs->get("keccak", build_options(programs->device().info()));
    if (!program) return tl::unexpected(program.error());
    std::unique_ptr<DeviceKeccak> keccak(new DeviceKeccak(std::move(programs), *program, variant));
    if (auto done = keccak->allocate(); !done) return tl::unexpected(done.error());
    if (variant == Variant::automatic)
        if (auto done = keccak->choose_variant(); !done) return tl::unexpected(done.error());
    return keccak;
}

/// Buffers must not go while the device may still use them.
DeviceKeccak::~DeviceKeccak() {
    (void)m_programs->device().finish(Queue::compute);
    (void)m_programs->device().finish(Queue::transfer);
}

DeviceResult<void> DeviceKeccak::allocate() {
    Device& device = m_programs->device();
    const uint64_t bytes = std::min(slice_bytes, largest_buffer(device.info()) / 8);
    m_slice_words = bytes / 8;
    m_slice_messages = bytes / bytes_per_message;
    for (Slice& slice : m_slices)
        for (const auto& [buffer, size] :
             {std::pair{&slice.words, m_slice_words * 8}, std::pair{&slice.offsets, m_slice_messages * 4},
              std::pair{&slice.lengths, m_slice_messages * 4}, std::pair{&slice.order, m_slice_messages * 4},
              std::pair{&slice.digests, m_slice_messages * sizeof(Hash)}}) {
            auto made = device.allocate(size, BufferKind::exchange);
            if (!made) return tl::unexpected(made.error());
            *buffer = std::move(*made);
        }
    return {};
}

DeviceResult<void> DeviceKeccak::choose_variant() {
    constexpr size_t count = 4096, length = 64;
    const Bytes bytes(count * length);
    std::vector<BytesView> messages;
    for (size_t i = 0; i < count; ++i) messages.push_back(BytesView(bytes).subspan(i * length, length));
    std::vector<Hash> digests(count);
    std::array<double, 2> seconds{};
    for (const Variant variant : {Variant::one_per_item, Variant::eight_per_item}) {
        m_variant = variant;
        // A driver may compile at the first launch, so that one does not count.
        for (int run = 0; run < 3; ++run) {
            if (auto done = hash(messages, digests); !done) return done;
            double& least = seconds[variant == Variant::eight_per_item];
            least = run <= 1 ? m_times.kernel : std::min(least, m_times.kernel);
        }
    }
    m_variant = seconds[1] < seconds[0] ? Variant::eight_per_item : Variant::one_per_item;
    return {};
}

/// Takes messages from `first` on until the slice is full; answers the next one.
size_t DeviceKeccak::pack(Slice& slice, std::span<const BytesView> messages, size_t first) {
    auto* const offsets = as<uint32_t>(*slice.offsets);
    auto* const lengths = as<uint32_t>(*slice.lengths);
    slice.first = first;
    slice.count = slice.used_words = 0;
    for (size_t i = first; i < messages.size() && slice.count < m_slice_messages; ++i) {
        const size_t words = words_of(messages[i].size());
        if (slice.used_words + words > m_slice_words) break;
        offsets[slice.count] = static_cast<uint32_t>(slice.used_words);
        lengths[slice.count] = static_cast<uint32_t>(messages[i].size());
        slice.used_words += words;
        ++slice.count;
    }
    auto* const to = as<uint64_t>(*slice.words);
    tbb::parallel_for(tbb::blocked_range<size_t>(0, slice.count, pack_grain), [&](const auto& range) {
        for (size_t i = range.begin(); i < range.end(); ++i)
            if (const BytesView message = messages[first + i]; !message.empty())
                std::memcpy(to + offsets[i], message.data(), message.size());
    });
    return first + slice.count;
}

/// A counting sort: neighbours then take as many permutations, which is what keeps lanes busy.
void DeviceKeccak::order_by_blocks(Slice& slice) {
    const uint32_t* lengths = as<uint32_t>(*slice.lengths);
    uint32_t* order = as<uint32_t>(*slice.order);
    std::array<uint32_t, buckets + 1> start{};
    const auto bucket = [&](size_t i) { return std::min(lengths[i] / rate, buckets - 1); };
    for (size_t i = 0; i < slice.count; ++i) ++start[bucket(i) + 1];
    for (size_t b = 0; b < buckets; ++b) start[b + 1] += start[b];
    for (size_t i = 0; i < slice.count; ++i) order[start[bucket(i)]++] = static_cast<uint32_t>(i);
}

DeviceResult<void> DeviceKeccak::submit(Slice& slice) {
    order_by_blocks(slice);
    Device& device = m_programs->device();
    const size_t count = slice.count;
    slice.uploads.clear();
    for (const auto& [buffer, bytes] :
         {std::pair{slice.words.get(), slice.used_words * 8}, std::pair{slice.offsets.get(), count * 4},
          std::pair{slice.lengths.get(), count * 4}, std::pair{slice.order.get(), count * 4},
          std::pair{slice.digests.get(), size_t{0}}}) {
        auto event = device.upload(Queue::transfer, *buffer, bytes, {});
        if (!event) return tl::unexpected(event.error());
        slice.uploads.push_back(*event);
    }
    const bool eight = m_variant == Variant::eight_per_item;
    const std::array<KernelArgument, 6> arguments{slice.words.get(),   slice.offsets.get(),
                                                  slice.lengths.get(), slice.order.get(),
                                                  slice.digests.get(), static_cast<uint32_t>(count)};
    auto kernel = device.launch(Queue::compute, *m_program,
                                {.kernel = eight ? "keccak256_x8" : "keccak256",
                                 .items = eight ? (count + 7) / 8 : count,
                                 .group_size = 0,
                                 .arguments = arguments},
                                slice.uploads);
    if (!kernel) return tl::unexpected(kernel.error());
    slice.kernel = *kernel;
    auto read_back =
        device.read_back(Queue::compute, *slice.digests, count * sizeof(Hash), {&slice.kernel, 1});
    if (!read_back) return tl::unexpected(read_back.error());
    slice.read_back = *read_back;
    return {};
}

DeviceResult<void> DeviceKeccak::collect(Slice& slice, std::span<Hash> digests) {
    if (!slice.read_back) return {};
    Device& device = m_programs->device();
    if (auto done = device.wait(slice.read_back); !done) return done;
    for (const EventPtr& upload : slice.uploads) m_times.upload += device.seconds(upload).value_or(0);
    m_times.kernel += device.seconds(slice.kernel).value_or(0);
    m_times.read_back += device.seconds(slice.read_back).value_or(0);
    std::memcpy(digests.data() + slice.first, slice.digests->host().data(), slice.count * sizeof(Hash));
    // The inputs become the host's again for the next slice.
    for (const BufferPtr& buffer : {slice.words, slice.offsets, slice.lengths, slice.order}) {
        const auto back = device.read_back(Queue::compute, *buffer, 0, {});
        if (!back) return tl::unexpected(back.error());
        if (auto done = device.wait(*back); !done) return done;
    }
    slice.read_back = slice.kernel = nullptr;
    return {};
}

DeviceResult<void> DeviceKeccak::hash(std::span<const BytesView> messages, std::span<Hash> digests) {
    if (m_broken) return tl::unexpected(*m_broken);
    m_times = {};
    auto done = hash_in_slices(messages, digests);
    // Who owns which buffer is not known after an error.
    if (!done) m_broken = done.error();
    return done;
}

DeviceResult<void> DeviceKeccak::hash_in_slices(std::span<const BytesView> messages,
                                                std::span<Hash> digests) {
    size_t current = 0;
    for (size_t i = 0; i < messages.size();) {
        Slice& slice = m_slices[current];
        const size_t next = pack(slice, messages, i);
        if (next == i) {
            digests[i] = keccak256(messages[i]);
            ++i;
            continue;
        }
        if (auto done = submit(slice); !done) return done;
        i = next;
        current ^= 1;
        if (auto done = collect(m_slices[current], digests); !done) return done;
    }
    for (const size_t which : {current, current ^ 1})
        if (auto done = collect(m_slices[which], digests); !done) return done;
    return {};
}

}  // namespace warpevm
