// SPDX-License-Identifier: Apache-2.0
// A window on several threads: the platform of its Schedule. Each step is done by the part that it belongs
// to: a worker executes ahead, the commit loop takes turns, results from elsewhere are received. How threads
// take the steps is in crew.cpp.
#pragma once

#include <exception>

#include "fallback/commit/commit_loop.hpp"
#include "fallback/commit/receiving.hpp"
#include "fallback/commit/window_worker.hpp"

namespace warpevm {

class WindowExecution {
  public:
    using Worker = WindowWorker;

    WindowExecution(ParallelContext::Parts& parts, std::span<const BlockInput> blocks, const StateView& state,
                    const ExecutionOptions& options, bool is_lent)
        : m_window(parts, blocks, options),
          m_receiving(parts, m_window.order, m_window.may_assume()),
          m_commit_loop(m_window, state, is_lent) {}
    WindowExecution(const WindowExecution&) = delete;
    WindowExecution& operator=(const WindowExecution&) = delete;

    [[nodiscard]] Window& window() { return m_window; }
    [[nodiscard]] const std::vector<RouteReport>& routes() const { return m_commit_loop.routes(); }
    /// Ends the window early: a thread has thrown. By any thread.
    void stop_for(std::exception_ptr thrown) noexcept;
    /// After the last step, once no other thread is at work. Throws what one threw.
    Result<std::vector<BlockOutcome>> finish(Worker& w);

    // -- results from elsewhere, by any thread while the window is executed
    /// As Loans::hand_in.
    size_t hand_in(std::span<const Claims::Loan> loans, TransactionResults results);
    /// Returns when what was handed in so far can be read.
    void receive_all();
    void give_back(const Claims::Loan& loan, std::string_view why);

    // -- what the Schedule asks for
    void before(Worker& /*w*/, uint32_t index) { m_commit_loop.before(index); }
    void gives_way(Worker& /*w*/) const { m_window.hand_over(); }
    double execute_alone(Worker& /*w*/, uint32_t index) { return m_commit_loop.execute_alone(index); }
    bool execute_ahead(Worker& w, uint32_t index);
    double seconds_ahead(const Worker& w) const { return w.seconds; }
    void publish(Worker& w, uint32_t index);
    bool holds_ahead(Worker& w, uint32_t index) const;
    void resume_readers(Worker& w, uint32_t index);
    bool validate(Worker& /*w*/, uint32_t index) {
        return m_commit_loop.validate(index, m_window.published[index]);
    }
    uint32_t batch_end(Worker& /*w*/, uint32_t index) const { return m_commit_loop.batch_end(index); }
    HeldBatch validate_batch(Worker& /*w*/, uint32_t begin, uint32_t end) {
        return m_commit_loop.validate_batch(begin, end);
    }
    void commit_batch(Worker& /*w*/, uint32_t begin, uint32_t end) { m_commit_loop.commit_batch(begin, end); }
    void mark_estimate(Worker& /*w*/, uint32_t index) { m_window.published.mark_estimate(index); }
    double execute_in_turn(Worker& w, uint32_t index) {
        return m_window.progress.stopped() ? 0 : w.execute(index, /*ahead=*/false);
    }
    void commit(Worker& w, uint32_t index) {
        m_commit_loop.commit(index, w.place.how, std::exchange(w.executed, nullptr));
    }
    double seconds_of(uint32_t index) const { return m_window.published[index].seconds; }
    double now(const Worker& /*w*/) const { return clock_seconds(); }
    void enter_table(Worker& /*w*/) { m_commit_loop.enter_table(); }
    void leave_table(Worker& /*w*/) { m_commit_loop.leave_table(); }
    bool receive_some(Worker& /*w*/) { return receive_one(); }
    bool help(Worker& w);
    void wake_one(Worker& /*w*/) { m_window.idle.wake_one(); }
    void call_one(Worker& /*w*/) {
        if (!m_window.idle.wake_one()) m_window.parts.helpers.call();
    }

  private:
    bool receive_one();
    void arrived(uint32_t index, Incarnation* incarnation);
    void count_given_back(uint32_t index, std::string_view why) {
        m_window.given_back.add(m_window.order.block_of(index), why);
    }

    Window m_window;
    Receiving m_receiving;
    CommitLoop m_commit_loop;
    SpinLock m_thrown_lock;
    std::exception_ptr m_thrown;  ///< by the first thread that did
};

}  // namespace warpevm
