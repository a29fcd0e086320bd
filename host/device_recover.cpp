// SPDX-License-Identifier: Apache-2.0
#include "host/device_recover.hpp"

#include <tbb/parallel_for.h>

#include <algorithm>

#include "evm/codec/wire.hpp"
#include "host/device/devices.hpp"

namespace warpevm {
namespace {

/// Signatures of a slot. GPUs want tens of thousands of lanes; on processors a slot should fit the cache.
constexpr size_t gpu_capacity = size_t{1} << 17, cpu_capacity = size_t{1} << 12;
constexpr size_t pack_grain = 256;

void store_words(const U256& from, WARPEVM_U64 (&to)[4]) {
    for (size_t i = 0; i < 4; ++i) to[i] = from.limb[i];
}

kernel::signature pack(const Transaction& tx) {
    kernel::signature s{};
    const Hash digest = signing_hash(tx);
    std::memcpy(s.digest, digest.bytes.data(), sizeof s.digest);
    store_words(tx.r, s.r);
    store_words(tx.s, s.s);
    s.recovery_id = tx.y_parity;
    return s;
}

}  // namespace

DeviceResult<std::unique_ptr<DeviceRecover>> DeviceRecover::open(std::shared_ptr<DevicePrograms> programs) {
    Device& device = programs->device();
    std::unique_ptr<DeviceRecover> engine(new DeviceRecover(std::move(programs)));
    auto program = engine->m_programs->get("recover", build_options(device.info()));
    if (!program) return tl::unexpected(program.error());
    engine->m_program = std::move(*program);
    auto kernels = RecoverKernels::open(device, *engine->m_program);
    if (!kernels) return tl::unexpected(kernels.error());
    engine->m_kernels = std::move(*kernels);
    const bool cpu = device.info().type == DeviceType::cpu;
    engine->m_capacity = std::max<size_t>(
        1, std::min<uint64_t>(cpu ? cpu_capacity : gpu_capacity, largest_buffer(device.info()) / 512));
    engine->m_least =
        std::min(engine->m_capacity, size_t{std::max(1U, device.info().units)} * (cpu ? 8 : 128));
    for (Slot& slot : engine->m_slots) {
        auto buffers = engine->m_kernels->allocate(engine->m_capacity, BufferKind::exchange);
        if (!buffers) return tl::unexpected(buffers.error());
        slot.buffers = std::move(*buffers);
    }
    return engine;
}

/// Buffers must not go while the device may still use them.
DeviceRecover::~DeviceRecover() {
    (void)m_programs->device().finish(Queue::compute);
    (void)m_programs->device().finish(Queue::transfer);
}

kernel::signature* DeviceRecover::signatures(Slot& slot) const {
    return reinterpret_cast<kernel::signature*>(slot.buffers.signatures->host().data());
}

DeviceResult<size_t> DeviceRecover::submit(size_t which, std::span<const Transaction* const> transactions) {
    Slot& slot = m_slots[which];
    slot.count = std::min(transactions.size(), m_capacity);
    kernel::signature* const to = signatures(slot);
    tbb::parallel_for(tbb::blocked_range<size_t>(0, slot.count, pack_grain), [&](const auto& range) {
        for (size_t i = range.begin(); i < range.end(); ++i) to[i] = pack(*transactions[i]);
    });
    if (const auto done = enqueue(slot); !done) return tl::unexpected(done.error());
    return slot.count;
}

DeviceResult<void> DeviceRecover::submit_signatures(size_t which, std::span<const kernel::signature> given) {
    Slot& slot = m_slots[which];
    slot.count = std::min(given.size(), m_capacity);
    if (slot.count != 0) std::memcpy(signatures(slot), given.data(), slot.count * sizeof(kernel::signature));
    return enqueue(slot);
}

DeviceResult<void> DeviceRecover::enqueue(Slot& slot) {
    Device& device = m_programs->device();
    RecoverKernels::Buffers& b = slot.buffers;
    std::memset(b.statuses->host().data(), 0, slot.count * sizeof(uint32_t));
    std::vector<EventPtr> gives;
    for (const auto& [buffer, bytes] : {std::pair{b.signatures.get(), slot.count * sizeof(kernel::signature)},
                                        std::pair{b.statuses.get(), slot.count * sizeof(uint32_t)},
                                        std::pair{b.addresses.get(), size_t{0}}}) {
        auto event = device.give(Queue::transfer, *buffer, bytes, {});
        if (!event) return tl::unexpected(event.error());
        gives.push_back(std::move(*event));
    }
    auto stages = m_kernels->enqueue(b, slot.count, gives);
    if (!stages) return tl::unexpected(stages.error());
    slot.stages = std::move(*stages);
    const std::span<const EventPtr> last(&slot.stages.back(), 1);
    // On the transfer queue, so that they overlap with the other slot's kernels.
    size_t i = 0;
    for (const auto& [buffer, bytes] : {std::pair{b.statuses.get(), slot.count * sizeof(uint32_t)},
                                        std::pair{b.addresses.get(), slot.count * kernel::address_bytes},
                                        std::pair{b.signatures.get(), size_t{0}}}) {
        auto event = device.take(Queue::transfer, *buffer, bytes, last);
        if (!event) return tl::unexpected(event.error());
        slot.takes[i++] = std::move(*event);
    }
    return {};
}

DeviceResult<std::span<const RecoveredSender>> DeviceRecover::collect(size_t which) {
    Slot& slot = m_slots[which];
    Device& device = m_programs->device();
    for (EventPtr& take : slot.takes) {
        if (const auto done = device.wait(take); !done) return tl::unexpected(done.error());
        take = nullptr;
    }
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
