// SPDX-License-Identifier: Apache-2.0
#include "host/senders/sender_batch.hpp"

#include <algorithm>

#include "evm/codec/signature.hpp"
#include "evm/codec/wire.hpp"

namespace warpevm {
namespace {

constexpr uint64_t pack(size_t begin, size_t end) {
    return uint64_t{end} << 32 | begin;
}
constexpr SenderBatch::Range unpack(uint64_t packed) {
    return {static_cast<uint32_t>(packed), static_cast<uint32_t>(packed >> 32)};
}

}  // namespace

SenderBatch::SenderBatch(std::span<const SenderRequest> requests)
    : m_requests(requests),
      m_results(requests.size()),
      m_settled(std::make_unique<std::atomic<uint8_t>[]>(requests.size())),
      m_unclaimed(pack(0, requests.size())) {}

size_t SenderBatch::unclaimed() const {
    return unpack(m_unclaimed.load()).size();
}

SenderBatch::Range SenderBatch::claim_front(size_t most) {
    uint64_t seen = m_unclaimed.load();
    for (;;) {
        const Range left = unpack(seen);
        const size_t mid = left.begin + std::min(most, left.size());
        if (m_unclaimed.compare_exchange_weak(seen, pack(mid, left.end))) return {left.begin, mid};
    }
}

/// Under the lock, so that a thread that finds nothing left to claim finds the flight in the list.
SenderBatch::Range SenderBatch::claim_back(size_t most) {
    const std::lock_guard held(m_lock);
    uint64_t seen = m_unclaimed.load();
    for (;;) {
        const Range left = unpack(seen);
        const size_t mid = left.end - std::min(most, left.size());
        if (!m_unclaimed.compare_exchange_weak(seen, pack(left.begin, mid))) continue;
        if (mid != left.end) m_flights.push_back({mid, left.end});
        return {mid, left.end};
    }
}

size_t SenderBatch::take_back() {
    const std::lock_guard held(m_lock);
    while (!m_flights.empty()) {
        Flight& flight = m_flights.front();
        if (flight.next != flight.end) return flight.next++;
        m_flights.pop_front();
    }
    return size();
}

bool SenderBatch::settle(size_t i, Result<Address> result, SettledBy who) {
    // 1: somebody is writing it; readers of results come after every thread has ended its claims.
    uint8_t expected = 0;
    if (!m_settled[i].compare_exchange_strong(expected, 1)) return false;
    m_results[i] = std::move(result);
    m_settled[i].store(2, std::memory_order_release);
    m_counts[static_cast<size_t>(who)].fetch_add(1, std::memory_order_relaxed);
    return true;
}

void SenderBatch::compute(size_t i) {
    if (settled(i)) return;
    const SenderRequest& request = m_requests[i];
    settle(i, recover_sender(*request.tx, request.rules->fork, request.rules->chain_id), SettledBy::cpu);
}

bool SenderBatch::begin_reading() {
    const std::lock_guard held(m_lock);
    if (closed()) return false;
    ++m_readers;
    return true;
}

void SenderBatch::end_reading() {
    const std::lock_guard held(m_lock);
    --m_readers;
    m_changed.notify_all();
}

std::vector<Result<Address>> SenderBatch::close() {
    {
        std::unique_lock held(m_lock);
        m_closed = true;
        m_changed.wait(held, [&] { return m_readers == 0; });
    }
    // A device may be between winning an item and having written it; that takes nanoseconds.
    for (size_t i = 0; i < size(); ++i)
        while (m_settled[i].load(std::memory_order_acquire) != 2) {
        }
    return std::move(m_results);
}

void SenderBatch::device_joins() {
    const std::lock_guard held(m_lock);
    ++m_devices;
}

void SenderBatch::device_leaves() {
    const std::lock_guard held(m_lock);
    --m_devices;
    m_changed.notify_all();
}

void SenderBatch::wait_for_devices() {
    std::unique_lock held(m_lock);
    m_changed.wait(held, [&] { return m_devices == 0; });
}

}  // namespace warpevm
