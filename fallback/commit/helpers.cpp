// SPDX-License-Identifier: Apache-2.0
#include "fallback/commit/helpers.hpp"

#include "evm/base/native_stack.hpp"
#include "fallback/table/spin_lock.hpp"

namespace warpevm {

Helpers::~Helpers() {
    if (m_called == parallel::Clock::time_point{}) return;
    m_arena.execute([this] { m_tasks.wait(); });
    m_hand_over.take_back();
}

void Helpers::call(unsigned count, std::function<void()> work) noexcept {
    m_work = std::move(work);
    m_called = parallel::Clock::now();
    m_at_work.store(open, std::memory_order_release);
    m_hand_over.give();
    // A thread that was called for an earlier block and has not arrived yet will do.
    for (unsigned coming = m_on_the_way.load(std::memory_order_relaxed); coming < count; ++coming) {
        m_on_the_way.fetch_add(1, std::memory_order_relaxed);
        try {
            m_tasks.run(m_hand_over.task([this] { help(); }));
        } catch (...) {  // no memory for a task: fewer helpers
            m_on_the_way.fetch_sub(1, std::memory_order_relaxed);
            return;
        }
    }
}

void Helpers::dismiss() noexcept {
    uint32_t at_work = m_at_work.fetch_and(~open, std::memory_order_acq_rel) & ~open;
    // They have seen that the work is over, or will in a moment.
    for (unsigned i = 0; at_work != 0 && i < 1000; ++i) {
        pause_briefly();
        at_work = m_at_work.load(std::memory_order_acquire);
    }
    for (; at_work != 0; at_work = m_at_work.load(std::memory_order_acquire))
        m_at_work.wait(at_work, std::memory_order_acquire);
    for (uint32_t missing = m_on_the_way.load(std::memory_order_relaxed); missing != 0; --missing)
        m_cores.note_arrival(m_called);
    m_work = nullptr;
}

void Helpers::help() noexcept {
    m_on_the_way.fetch_sub(1, std::memory_order_relaxed);
    if (!enter()) return;
    m_cores.note_arrival(m_called);
    try {
        with_native_stack(needed_native_stack, m_work);
    } catch (...) {  // no thread with such a stack: one helper less
    }
    leave();
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
