// SPDX-License-Identifier: Apache-2.0
// What ParallelContext owns: threads, and what they keep between windows.
#pragma once

#include <tbb/global_control.h>

#include <deque>
#include <mutex>

#include "evm/vm/buffers.hpp"
#include "fallback/commit/helpers.hpp"
#include "fallback/parallel.hpp"
#include "fallback/table/incarnation.hpp"
#include "fallback/table/spin_lock.hpp"

namespace warpevm {

/// Objects that threads borrow and give back. Addresses stay valid as long as the pool. Giving back does not
/// allocate.
template <class T>
class Pool {
  public:
    T* borrow() {
        const std::lock_guard held(m_lock);
        if (m_free.empty()) {
            if (m_free.capacity() <= m_all.size()) m_free.reserve(2 * m_all.size() + 8);
            return &m_all.emplace_back();
        }
        T* one = m_free.back();
        m_free.pop_back();
        return one;
    }
    /// No borrower may be using its object meanwhile. Borrowing waits.
    template <class Action>
    void for_each(Action&& action) {
        const std::lock_guard held(m_lock);
        for (T& one : m_all) action(one);
    }
    void give_back(T* one) noexcept {
        const std::lock_guard held(m_lock);
        m_free.push_back(one);
    }
    void give_back(std::span<T* const> several) noexcept {
        const std::lock_guard held(m_lock);
        for (T* one : several) m_free.push_back(one);
    }
    /// After an execution that ended early: ends all borrowing.
    void take_all_back() noexcept {
        const std::lock_guard held(m_lock);
        m_free.clear();
        for (T& one : m_all) m_free.push_back(&one);
    }

  private:
    SpinLock m_lock;
    std::deque<T> m_all;
    std::vector<T*> m_free;
};

struct ParallelContext::Parts {
    explicit Parts(const ParallelSettings& wanted);

    ParallelSettings settings;
    ExecutionContext own;
    ExecutionContext* serial = &own;
    /// TBB allows a process as many threads as it has cores; this allows what the caller asked for.
    std::unique_ptr<tbb::global_control> allowed;
    Versions table;
    Pool<EntryStretches> stretches;
    Pool<MachineBuffers> buffers;
    Pool<Incarnation> incarnations;
    Helpers helpers;

    /// Its versions must not be in the table any more.
    void give_back(Incarnation* incarnation) noexcept {
        incarnation->clear();
        incarnations.give_back(incarnation);
    }
    void give_back(std::span<Incarnation* const> several) noexcept {
        for (Incarnation* incarnation : several) incarnation->clear();
        incarnations.give_back(several);
    }
    /// After all threads have left.
    void take_all_back() noexcept {
        stretches.take_all_back();
        buffers.take_all_back();
        incarnations.take_all_back();
    }
};

}  // namespace warpevm
