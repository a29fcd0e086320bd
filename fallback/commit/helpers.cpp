// SPDX-License-Identifier: Apache-2.0
#include "fallback/commit/helpers.hpp"

#include "evm/base/native_stack.hpp"
#include "fallback/table/spin_lock.hpp"

namespace warpevm {

Helpers::~Helpers() {
    for (Place& place : m_places) {
        if (!place.taken.load(std::memory_order_acquire))
            place.tasks.wait();  // TBB may not have done with a task whose body has ended
        else                     // where no thread has come, the one that waits runs what is left over
            place.arena.execute([&] { place.tasks.wait(); });
    }
    m_hand_over.take_back();
}

void Helpers::begin(std::function<void()> work) {
    m_work = std::move(work);
    m_hand_over.give();
    m_next.store(0, std::memory_order_relaxed);
}

void Helpers::call() noexcept {
    while (m_next.load(std::memory_order_relaxed) < m_places.size()) {
        const uint32_t next = m_next.fetch_add(1, std::memory_order_relaxed);
        if (next >= m_places.size()) return;
        // One that was called for an earlier window must not come before anybody is called for this one.
        if (next == 0) m_at_work.fetch_or(open, std::memory_order_release);
        Place& place = m_places[next];
        // A thread that was called for an earlier window and has not arrived yet will do.
        if (place.taken.exchange(true, std::memory_order_acq_rel)) continue;
        try {
            place.arena.enqueue(place.tasks.defer(m_hand_over.task([this, &place] { help(place); })));
        } catch (...) {  // no memory for a task: one helper less
            place.taken.store(false, std::memory_order_relaxed);
        }
        return;
    }
}

void Helpers::dismiss() noexcept {
    m_next.store(static_cast<uint32_t>(m_places.size()), std::memory_order_relaxed);
    uint32_t at_work = m_at_work.fetch_and(~open, std::memory_order_acq_rel) & ~open;
    // They have seen that the work is over, or will in a moment.
    for (unsigned i = 0; at_work != 0 && i < 1000; ++i) {
        pause_briefly();
        at_work = m_at_work.load(std::memory_order_acquire);
    }
    for (; at_work != 0; at_work = m_at_work.load(std::memory_order_acquire))
        m_at_work.wait(at_work, std::memory_order_acquire);
    m_work = nullptr;
}

void Helpers::help(Place& place) noexcept {
    if (enter()) {
        try {
            with_native_stack(needed_native_stack, m_work);
        } catch (...) {  // no thread with such a stack: one helper less
        }
        leave();
    }
    place.taken.store(false, std::memory_order_release);
}

bool Helpers::enter() {
    uint32_t at_work = m_at_work.load(std::memory_order_relaxed);
    while ((at_work & open) != 0)
        if (m_at_work.compare_exchange_weak(at_work, at_work + 1, std::memory_order_acquire)) return true;
    return false;
}

void Helpers::leave() {
    if (m_at_work.fetch_sub(1, std::memory_order_acq_rel) == 1) m_at_work.notify_all();
}

}  // namespace warpevm
