// SPDX-License-Identifier: Apache-2.0
// Tells the thread sanitizer what libtbb does where it can't look, since Debian's is not instrumented: what
// came before a task was handed over is seen by its body, and what the body did is seen by the thread that
// waited for it. Bodies are not ordered among themselves, so that races between them are still reported.
// Without the sanitizer there is nothing here. TBB's own templates are left uninstrumented by
// cmake/tsan.ignorelist.
#pragma once

#include <utility>

#if defined(__SANITIZE_THREAD__)
#define WARPEVM_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define WARPEVM_TSAN 1
#endif
#endif

#ifdef WARPEVM_TSAN
#include <sanitizer/tsan_interface.h>
#endif

namespace warpevm {

#ifdef WARPEVM_TSAN

/// The tasks of one group. Must live until they were waited for.
class HandOver {
  public:
    /// Before tasks are handed to TBB.
    void give() { __tsan_release(&m_given); }
    /// After they were waited for.
    void take_back() { __tsan_acquire(&m_ended); }

    /// A body as TBB should get it. Where TBB only refers to it, the reference is to the giver's memory, so
    /// that nothing may be looked at, for the sanitizer's eyes, before the hand-over is known.
    template <class Body>
    struct Task {
        HandOver* tasks;
        Body body;
        template <class... Arguments>
        __attribute__((no_sanitize("thread"))) void operator()(Arguments&&... arguments) const {
            __tsan_acquire(&tasks->m_given);
            const End end{tasks};
            body(std::forward<Arguments>(arguments)...);
        }
    };
    template <class Body>
    Task<Body> task(Body body) {
        return {this, std::move(body)};
    }

  private:
    /// Of a body, however it ends.
    struct End {
        HandOver* tasks;
        __attribute__((no_sanitize("thread"))) ~End() { __tsan_release(&tasks->m_ended); }
    };
    long long m_given = 0, m_ended = 0;
};

#else

class HandOver {
  public:
    void give() {}
    void take_back() {}
    template <class Body>
    Body task(Body body) {
        return body;
    }
};

#endif

}  // namespace warpevm
