// SPDX-License-Identifier: Apache-2.0
// How a caller ends an execution from another thread.
#pragma once

#include <atomic>

namespace warpevm {

/// For one execution or several; once cancelled, for good.
class Cancellation {
  public:
    void cancel() { m_cancelled.store(true, std::memory_order_release); }
    [[nodiscard]] bool is_cancelled() const { return m_cancelled.load(std::memory_order_relaxed); }

  private:
    std::atomic<bool> m_cancelled{false};
};

/// For who names none.
inline const Cancellation never_cancelled{};

}  // namespace warpevm
