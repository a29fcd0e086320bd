// SPDX-License-Identifier: Apache-2.0
#include "fallback/commit/helpers.hpp"

#include "evm/base/native_stack.hpp"
#include "fallback/table/spin_lock.hpp"

namespace warpevm {

Helpers::~Helpers() {
    if (!m_ever_called) return;
    m_arena.execute([this] { m_tasks.wait(); });
    m_hand_over.take_back();
}

void Helpers::begin(unsigned most, std::function<void()> work) {
    m_work = std::move(work);
    m_at_work.store(open, std::memory_order_release);
    // A thread that was called for an earlier window and has not arrived yet will do.
    const uint32_t coming = m_on_the_way.load(std::memory_order_relaxed);
    m_wanted.store(most > coming ? most - coming : 0, std::memory_order_release);
    m_hand_over.give();
}

void Helpers::call() noexcept {
    uint32_t wanted = m_wanted.load(std::memory_order_relaxed);
    do {
        if (wanted == 0) return;
    } while (!m_wanted.compare_exchange_weak(wanted, wanted - 1, std::memory_order_acq_rel));
    m_on_the_way.fetch_add(1, std::memory_order_relaxed);
    m_ever_called.store(true, std::memory_order_relaxed);
    try {
        m_tasks.run(m_hand_over.task([this] { help(); }));
    } catch (...) {  // no memory for a task: one helper less
        m_on_the_way.fetch_sub(1, std::memory_order_relaxed);
    }
}

void Helpers::dismiss() noexcept {
    m_wanted.store(0, std::memory_order_relaxed);
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

void Helpers::help() noexcept {
    m_on_the_way.fetch_sub(1, std::memory_order_relaxed);
    if (!enter()) return;
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
