// SPDX-License-Identifier: Apache-2.0
// A thread's place in a window, and what it needs to speculate: made when it does.
#pragma once

#include "fallback/commit/speculation.hpp"
#include "fallback/commit/window.hpp"

namespace warpevm {

class WindowWorker {
  public:
    explicit WindowWorker(Window& window) : m_window(window) {}
    WindowWorker(const WindowWorker&) = delete;
    WindowWorker& operator=(const WindowWorker&) = delete;
    ~WindowWorker();

    /// As of the transaction's position; `ahead` of its turn, so that it may wait for earlier ones. The
    /// seconds that it took, without waiting.
    double execute(uint32_t index, bool ahead);

    WorkerPlace place;
    double seconds = 0;               ///< of the execution ahead
    Incarnation* executed = nullptr;  ///< not handed in, or in turn

  private:
    void prepare();

    Window& m_window;
    EntryStretches* m_stretches = nullptr;
    MachineBuffers* m_buffers = nullptr;
    std::optional<Speculation> m_speculation;
    std::function<bool(Position)> m_wait_for;
    double m_waited = 0;
};

}  // namespace warpevm
