// SPDX-License-Identifier: Apache-2.0
#include "fallback/commit/crew.hpp"

#include <chrono>
#include <thread>

namespace warpevm {
namespace {

static_assert(SchedulePlatform<WindowExecution>);

class Crew {
  public:
    Crew(WindowExecution& execution, const PolicyConstants& constants, const ParallelSettings& settings)
        : m_execution(execution),
          m_window(execution.window()),
          m_constants(constants),
          m_schedule(execution, m_window.progress, m_constants, settings.threads,
                     {.for_threads = settings.speculate == Speculate::everything,
                      .for_loans = settings.waits_for_loans}) {}

    /// On the caller's thread; helpers work beside it from when they are called.
    void work_with_helpers(WindowExecution::Worker& w, bool opens_at_once) {
        Helpers& helpers = m_window.parts.helpers;
        helpers.begin([this] { work_as_helper(); });
        if (opens_at_once) m_schedule.open(w);
        work(w);
        helpers.dismiss();
    }

  private:
    /// A thread's work within the window, until all is committed or a thread has thrown.
    void work(WindowExecution::Worker& w) noexcept {
        try {
            for (;;) {
                const uint32_t seen = m_window.idle.ticket();
                const Step step = m_schedule.step(w);
                if (step == Step::over) break;
                if (step == Step::idle) wait(seen);
            }
        } catch (...) {
            m_execution.stop_for(std::current_exception());
        }
        m_window.wake_all();  // those asleep must see that it is over
    }
    /// Who waits for a borrower is woken by nobody else, so it looks itself whether the execution was
    /// cancelled.
    void wait(uint32_t seen) {
        const ParallelContext::Parts& parts = m_window.parts;
        if (!parts.settings.waits_for_loans) return m_window.idle.park(seen);
        if (parts.serial->cancellation().is_cancelled()) return m_window.stop();
        std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
    void work_as_helper() noexcept {
        try {
            WindowExecution::Worker w(m_window);
            work(w);
        } catch (...) {
            m_execution.stop_for(std::current_exception());
        }
    }

    WindowExecution& m_execution;
    Window& m_window;
    const PolicyConstants& m_constants;
    Schedule<WindowExecution> m_schedule;
};

}  // namespace

Result<std::vector<BlockOutcome>> run(WindowExecution& execution, bool is_lent) {
    Window& window = execution.window();
    const ParallelSettings& settings = window.parts.settings;
    PolicyConstants constants;
    // What was speculated, or lent, counts only as long as the commit loop does not back off.
    if (settings.speculate == Speculate::everything || is_lent) constants.least_speedup = 0;
    if (settings.least_batch != 0) constants.least_batch = settings.least_batch;
    const bool opens_at_once = settings.speculate != Speculate::measured || is_lent;
    WindowExecution::Worker w(window);
    if (window.order.count() != 0) Crew(execution, constants, settings).work_with_helpers(w, opens_at_once);
    return execution.finish(w);
}

}  // namespace warpevm
