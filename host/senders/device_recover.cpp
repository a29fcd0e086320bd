// SPDX-License-Identifier: Apache-2.0
#include "host/senders/device_recover.hpp"

#include <tbb/parallel_for.h>

#include <algorithm>

#include "evm/codec/wire.hpp"
#include "host/device/devices.hpp"

namespace warpevm {
namespace {

/// Signatures of a slot. GPUs want tens of thousands of lanes; on processors a slot should fit the cache.
constexpr size_t gpu_capacity = size_t{1} << 17, cpu_capacity = size_t{1} << 12;
constexpr size_t pack_grain = 64;
/// Room for encoded transactions, per signature of a slot; most transactions are shorter.
constexpr size_t transaction_bytes = 512;

template <class T>
T* as(DeviceBuffer& buffer) {
    return reinterpret_cast<T*>(buffer.host().data());
}

}  // namespace

DeviceResult<std::unique_ptr<DeviceRecover>> DeviceRecover::open(std::shared_ptr<DevicePrograms> programs) {
    Device& device = programs->device();
    const std::string options = build_options(device.info());
    std::unique_ptr<DeviceRecover> engine(new DeviceRecover(std::move(programs)));
    // Both are built at the same time.
    engine->m_programs->prepare("transactions", options);
    for (const auto& [name, program] :
         {std::pair{"recover", &engine->m_program}, {"transactions", &engine->m_reader}}) {
        auto built = engine->m_programs->get(name, options);
        if (!built) return tl::unexpected(built.error());
        *program = std::move(*built);
    }
    auto kernels = RecoverKernels::open(device, *engine->m_program);
    if (!kernels) return tl::unexpected(kernels.error());
    engine->m_kernels = std::move(*kernels);
    if (const auto done = engine->allocate(); !done) return tl::unexpected(done.error());
    return engine;
}

DeviceResult<void> DeviceRecover::allocate() {
    Device& device = m_programs->device();
    const bool cpu = device.info().type == DeviceType::cpu;
    m_capacity = std::max<size_t>(1, std::min<uint64_t>(cpu ? cpu_capacity : gpu_capacity,
                                                        largest_buffer(device.info()) / transaction_bytes));
    m_least = std::min(m_capacity, size_t{std::max(1U, device.info().units)} * (cpu ? 8 : 128));
    m_words = m_capacity * transaction_bytes / 8;
    for (Slot& slot : m_slots) {
        for (const auto& [buffer, bytes] :
             {std::pair{&slot.words, m_words * 8}, std::pair{&slot.offsets, m_capacity * 4},
              std::pair{&slot.lengths, m_capacity * 4}}) {
            auto made = device.allocate(bytes, BufferKind::exchange);
            if (!made) return tl::unexpected(made.error());
            *buffer = std::move(*made);
        }
        auto buffers = m_kernels->allocate(m_capacity, BufferKind::exchange);
        if (!buffers) return tl::unexpected(buffers.error());
        slot.buffers = std::move(*buffers);
    }
    return {};
}

/// Buffers must not go while the device may still use them.
DeviceRecover::~DeviceRecover() {
    (void)m_programs->device().finish(Queue::compute);
    (void)m_programs->device().finish(Queue::transfer);
}

size_t DeviceRecover::pack(Slot& slot, std::span<const Transaction* const> transactions) const {
    std::vector<Bytes> encoded(std::min(transactions.size(), m_capacity));
    const tbb::blocked_range<size_t> all(0, encoded.size(), pack_grain);
    tbb::parallel_for(all, [&](const auto& range) {
        for (size_t i = range.begin(); i < range.end(); ++i)
            encoded[i] = encode_transaction(*transactions[i]);
    });
    auto* const offsets = as<uint32_t>(*slot.offsets);
    auto* const lengths = as<uint32_t>(*slot.lengths);
    size_t used = 0;
    for (slot.count = 0; slot.count < encoded.size(); ++slot.count) {
        const size_t length = encoded[slot.count].size(), words = length / 8 + 1;
        if (used + words > m_words) break;
        offsets[slot.count] = static_cast<uint32_t>(used);
        lengths[slot.count] = static_cast<uint32_t>(length);
        used += words;
    }
    auto* const to = as<uint64_t>(*slot.words);
    tbb::parallel_for(tbb::blocked_range<size_t>(0, slot.count, pack_grain), [&](const auto& range) {
        for (size_t i = range.begin(); i < range.end(); ++i)
            std::memcpy(to + offsets[i], encoded[i].data(), encoded[i].size());
    });
    return used;
}

DeviceResult<std::vector<EventPtr>> DeviceRecover::upload(std::span<const Upload> buffers) {
    std::vector<EventPtr> events;
    for (const Upload& input : buffers) {
        auto event = m_programs->device().upload(Queue::transfer, *input.buffer, input.bytes, {});
        if (!event) return tl::unexpected(event.error());
        events.push_back(std::move(*event));
    }
    return events;
}

DeviceResult<size_t> DeviceRecover::submit(size_t which, std::span<const Transaction* const> transactions) {
    Slot& slot = m_slots[which];
    const size_t words = pack(slot, transactions);
    if (slot.count == 0) return size_t{0};
    RecoverKernels::Buffers& b = slot.buffers;
    const std::array<Upload, 6> inputs{{{slot.words.get(), words * 8},
                                        {slot.offsets.get(), slot.count * 4},
                                        {slot.lengths.get(), slot.count * 4},
                                        {b.signatures.get(), 0},
                                        {b.statuses.get(), 0},
                                        {b.addresses.get(), 0}}};
    const auto uploaded = upload(inputs);
    if (!uploaded) return tl::unexpected(uploaded.error());
    const std::array<KernelArgument, 7> arguments{slot.words.get(),
                                                  slot.offsets.get(),
                                                  slot.lengths.get(),
                                                  b.signatures.get(),
                                                  b.statuses.get(),
                                                  uint32_t{0},
                                                  static_cast<uint32_t>(slot.count)};
    const auto read = m_programs->device().launch(
        Queue::compute, *m_reader,
        {.kernel = "read_transactions", .items = slot.count, .arguments = arguments}, *uploaded);
    if (!read) return tl::unexpected(read.error());
    slot.stages = {*read};
    if (const auto done = enqueue(slot, {&*read, 1}); !done) return tl::unexpected(done.error());
    return slot.count;
}

DeviceResult<void> DeviceRecover::submit_signatures(size_t which, std::span<const kernel::signature> given) {
    Slot& slot = m_slots[which];
    slot.count = std::min(given.size(), m_capacity);
    if (slot.count == 0) return {};
    RecoverKernels::Buffers& b = slot.buffers;
    std::memcpy(b.signatures->host().data(), given.data(), slot.count * sizeof(kernel::signature));
    std::memset(b.statuses->host().data(), 0, slot.count * sizeof(uint32_t));
    const std::array<Upload, 6> inputs{{{b.signatures.get(), slot.count * sizeof(kernel::signature)},
                                        {b.statuses.get(), slot.count * sizeof(uint32_t)},
                                        {b.addresses.get(), 0},
                                        {slot.words.get(), 0},
                                        {slot.offsets.get(), 0},
                                        {slot.lengths.get(), 0}}};
    const auto events = upload(inputs);
    if (!events) return tl::unexpected(events.error());
    slot.stages.clear();
    return enqueue(slot, *events);
}

DeviceResult<void> DeviceRecover::enqueue(Slot& slot, std::span<const EventPtr> after) {
    RecoverKernels::Buffers& b = slot.buffers;
    auto stages = m_kernels->enqueue(b, slot.count, after);
    if (!stages) return tl::unexpected(stages.error());
    slot.stages.insert(slot.stages.end(), stages->begin(), stages->end());
    const std::span<const EventPtr> last(&slot.stages.back(), 1);
    // On the transfer queue, so that they overlap with the other slot's kernels.
    for (const auto& [buffer, bytes] :
         {std::pair{b.statuses.get(), slot.count * sizeof(uint32_t)},
          std::pair{b.addresses.get(), slot.count * kernel::address_bytes},
          std::pair{b.signatures.get(), size_t{0}}, std::pair{slot.words.get(), size_t{0}},
          std::pair{slot.offsets.get(), size_t{0}}, std::pair{slot.lengths.get(), size_t{0}}}) {
        auto event = m_programs->device().read_back(Queue::transfer, *buffer, bytes, last);
        if (!event) return tl::unexpected(event.error());
        slot.read_backs.push_back(std::move(*event));
    }
    return {};
}

DeviceResult<std::span<const RecoveredSender>> DeviceRecover::collect(size_t which) {
    Slot& slot = m_slots[which];
    Device& device = m_programs->device();
    for (const EventPtr& read_back : slot.read_backs)
        if (const auto done = device.wait(read_back); !done) return tl::unexpected(done.error());
    slot.read_backs.clear();
    for (const EventPtr& stage : slot.stages) m_kernel_seconds += device.seconds(stage).value_or(0);
    slot.stages.clear();
    const uint8_t* addresses = slot.buffers.addresses->host().data();
    const auto* statuses = reinterpret_cast<const uint32_t*>(slot.buffers.statuses->host().data());
    slot.results.resize(slot.count);
    for (size_t i = 0; i < slot.count; ++i) {
        using enum RecoveredSender::Verdict;
        RecoveredSender& r = slot.results[i];
        const bool escalated = statuses[i] >= kernel::STATUS_ESCALATE_transaction_form;
        r.verdict = statuses[i] == kernel::STATUS_ok ? sender : escalated ? undecided : no_sender;
        std::memcpy(r.address.bytes.data(), addresses + i * kernel::address_bytes, kernel::address_bytes);
    }
    return std::span<const RecoveredSender>(slot.results);
}

double DeviceRecover::take_kernel_seconds() {
    return std::exchange(m_kernel_seconds, 0);
}

RecoverSource recover_source(const FoundDevice& device, std::shared_ptr<ProgramCache> cache) {
    return {device.info.name, device.info.uses_host_cores,
            [device, cache = std::move(cache)]() -> DeviceResult<std::unique_ptr<RecoverEngine>> {
                auto opened = device.open();
                if (!opened) return tl::unexpected(opened.error());
                auto engine =
                    DeviceRecover::open(std::make_shared<DevicePrograms>(std::move(*opened), cache));
                if (!engine) return tl::unexpected(engine.error());
                return std::unique_ptr<RecoverEngine>(std::move(*engine));
            }};
}

}  // namespace warpevm
