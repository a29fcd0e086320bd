// SPDX-License-Identifier: Apache-2.0
// Loops whose pieces any worker takes that has nothing better to do.
#pragma once

#include <algorithm>
#include <exception>
#include <functional>
#include <mutex>
#include <vector>

#include "fallback/table/spin_lock.hpp"

namespace warpevm {

class Pieces {
  public:
    /// Calls work(i) for each i below `count`, and returns when all are done; whoever joins meanwhile takes
    /// some. `call` is called where there is something to join. Throws what a piece threw.
    void run(size_t count, const std::function<void(size_t)>& work, const std::function<void()>& call) {
        if (count < 2) return count == 0 ? void() : work(0);
        Loop loop{.work = &work, .count = count};
        {
            const std::lock_guard held(m_lock);
            m_loops.push_back(&loop);
        }
        call();
        while (take_one(&loop)) {
        }
        for (unsigned looks = 0;; ++looks) {
            {
                const std::lock_guard held(m_lock);
                if (loop.done == loop.count) break;
            }
            looks < 64 ? pause_briefly() : std::this_thread::yield();
        }
        if (loop.thrown) std::rethrow_exception(loop.thrown);
    }

    /// Does a piece of somebody's loop. False: there is none that nobody has begun.
    bool join() { return take_one(nullptr); }

  private:
    struct Loop {
        const std::function<void(size_t)>* work;
        size_t count;
        size_t next = 0, done = 0;
        std::exception_ptr thrown{};
    };

    /// Of this loop, or of any. A loop ends once its last piece is noted, and not before.
    bool take_one(Loop* of) {
        size_t piece = 0;
        {
            const std::lock_guard held(m_lock);
            if (of == nullptr) {
                if (m_loops.empty()) return false;
                of = m_loops.front();
            }
            if (of->next == of->count) return false;
            piece = of->next++;
            if (of->next == of->count) m_loops.erase(std::find(m_loops.begin(), m_loops.end(), of));
        }
        std::exception_ptr thrown;
        try {
            (*of->work)(piece);
        } catch (...) {
            thrown = std::current_exception();
        }
        const std::lock_guard held(m_lock);
        if (thrown) of->thrown = thrown;
        ++of->done;
        return true;
    }

    SpinLock m_lock;
    std::vector<Loop*> m_loops;  ///< that have pieces which nobody has begun
};

}  // namespace warpevm
