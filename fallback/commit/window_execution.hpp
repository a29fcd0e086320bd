// SPDX-License-Identifier: Apache-2.0
// A window on several threads: the platform of its Schedule. Transactions are executed on the journal or
// speculatively on the table, published, validated, and committed in order; blocks are opened before their
// first transaction and closed after their last. How threads take the schedule's steps is in crew.cpp.
#pragma once

#include <exception>
#include <map>

#include "evm/chain/block_frame.hpp"
#include "evm/chain/intermediate_roots.hpp"
#include "fallback/commit/batch_outcome.hpp"
#include "fallback/commit/context.hpp"
#include "fallback/commit/parking.hpp"
#include "fallback/commit/pieces.hpp"
#include "fallback/commit/receiving.hpp"
#include "fallback/commit/sealing.hpp"
#include "fallback/commit/speculation.hpp"
#include "fallback/commit/window_order.hpp"
#include "fallback/schedule/schedule.hpp"

namespace warpevm {

class WindowExecution {
  public:
    class Worker;

    WindowExecution(ParallelContext::Parts& parts, std::span<const BlockInput> blocks, const StateView& state,
                    const ExecutionOptions& options, bool is_lent);
    WindowExecution(const WindowExecution&) = delete;
    WindowExecution& operator=(const WindowExecution&) = delete;
    ~WindowExecution();

    [[nodiscard]] const std::vector<RouteReport>& routes() const { return m_routes; }
    [[nodiscard]] ScheduleProgress& progress() { return m_progress; }
    [[nodiscard]] ParallelContext::Parts& parts() { return m_parts; }

    // -- for who takes the steps
    /// Where idle workers wait.
    [[nodiscard]] Parking& idle() { return m_idle; }
    /// Ends the window early: a thread has thrown, or the commit loop can't go on.
    void stop_for(std::exception_ptr thrown) noexcept;
    void stop() noexcept;
    /// Whoever waits looks again.
    void wake_all() noexcept;
    /// After the last step, once no other thread is at work. Throws what one threw.
    Result<std::vector<BlockOutcome>> finish(Worker& w);

    // -- results from elsewhere, by any thread while the window is executed
    [[nodiscard]] const WindowOrder& order() const { return m_order; }
    [[nodiscard]] bool may_assume() const {
        return m_options.on_missing_state == OnMissingState::assume_absent;
    }
    /// As Loans::hand_in.
    size_t hand_in(std::span<const Claims::Loan> loans, TransactionResults results);
    /// Returns when what was handed in so far can be read.
    void receive_all();
    void give_back(const Claims::Loan& loan, std::string_view why);

    // -- what the Schedule asks for
    void before(Worker& w, uint32_t index);
    void gives_way(Worker& w) const {
        (void)w;
        hand_over();
    }
    double execute_alone(Worker& w, uint32_t index);
    bool execute_ahead(Worker& w, uint32_t index);
    double seconds_ahead(const Worker& w) const;
    void publish(Worker& w, uint32_t index);
    bool validate(Worker& w, uint32_t index);
    uint32_t batch_end(Worker& w, uint32_t index) const;
    HeldBatch validate_batch(Worker& w, uint32_t begin, uint32_t end);
    void commit_batch(Worker& w, uint32_t begin, uint32_t end);
    void mark_estimate(Worker& w, uint32_t index);
    double execute_in_turn(Worker& w, uint32_t index);
    void commit(Worker& w, uint32_t index);
    double seconds_of(uint32_t index) const { return m_incarnations[index]->seconds; }
    double now(const Worker& w) const;
    void enter_table(Worker& w);
    void leave_table(Worker& w);
    bool receive_some(Worker& w);
    bool help(Worker& w);
    void wake_one(Worker& w);
    void call_one(Worker& w);

  private:
    /// The block that the commit loop is in.
    struct OpenBlock {
        OpenBlock(WindowExecution& window, uint32_t number);
        /// By its number in the window.
        const BlockTransaction& operator[](uint32_t index) const { return input.transactions[index - first]; }
        uint32_t number;
        uint32_t first, end;  ///< of its transactions
        const BlockInput& input;
        BlockOutcome outcome;
        Machine<false> machine;
        RouteReport routes;
        uint32_t back_offs_before;
    };

    void end_if_cancelled();
    bool wait_for_commit(Position position);
    void open_block_number(uint32_t number);
    void close_open_block();
    bool execute_on_journal(uint32_t index);
    void commit_in_turn(Worker& w, uint32_t index);
    void commit_incarnation(uint32_t index, Incarnation& incarnation);
    void append(const TransactionOutcome& outcome, const BlockTransaction& tx);
    void count(const Worker& w, const Incarnation* ahead);
    void count_given_back(uint32_t index, std::string_view why);
    bool receive_one();
    void arrived(uint32_t index, Incarnation* incarnation);
    void publish_effects(Incarnation& incarnation, Position position);
    void withdraw(Incarnation& incarnation);
    void defer_credits(uint32_t first, uint32_t end);
    void hand_over() const {
        if (m_parts.settings.at_hand_over) m_parts.settings.at_hand_over();
    }

    ParallelContext::Parts& m_parts;
    const ExecutionOptions& m_options;
    const WindowOrder m_order;
    ScheduleProgress m_progress;
    std::vector<Incarnation*> m_incarnations;  ///< that wait for their commit; written before the hand-in
    Pieces m_pieces;
    const ForEach m_for_each;  ///< with whoever is idle
    Receiving m_receiving;
    Sealing m_sealing;
    Parking m_idle;       ///< workers that have nothing to do
    Parking m_suspended;  ///< readers of estimates
    std::atomic<Position> m_committed_position{0};
    SpinLock m_given_back_lock;
    std::map<uint32_t, std::map<std::string, uint64_t>> m_given_back;  ///< by block: reasons
    SpinLock m_thrown_lock;
    std::exception_ptr m_thrown;  ///< by the first thread that did

    // The commit loop's own.
    EntryStretches& m_stretches;
    CommittedState m_committed;
    IntermediateRoots m_roots;
    std::optional<OpenBlock> m_block;
    BatchOutcome m_batch;
    const ForEach m_for_each_in_batch;  ///< likewise; the time that it takes is not the commit loop's alone
    double m_shared_seconds = 0;
    uint32_t m_opened = 0;    ///< blocks that were opened
    bool m_on_table = false;  ///< others may speculate on what is committed
    bool m_has_backed_off = false;
    bool m_credits_deferred = false;  ///< of all blocks
    uint64_t m_unclocked = 0;         ///< gas used alone since the clock was read
    double m_clocked = 0;
    std::vector<RouteReport> m_routes;
};

/// A thread's place in the window, and what it needs to speculate: made when it does.
class WindowExecution::Worker {
  public:
    explicit Worker(WindowExecution& window) : m_window(window) {}
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;
    ~Worker();

    /// As of the transaction's position; `ahead` of its turn, so that it may wait for earlier ones. The
    /// seconds that it took, without waiting.
    double execute(uint32_t index, bool ahead, Incarnation& result);

    WorkerPlace place;
    double seconds = 0;               ///< of the execution ahead
    Incarnation* executed = nullptr;  ///< not handed in, or in turn

  private:
    WindowExecution& m_window;
    EntryStretches* m_stretches = nullptr;
    MachineBuffers* m_buffers = nullptr;
    std::optional<Speculation> m_speculation;
    std::function<bool(Position)> m_wait_for;
    double m_waited = 0;
};

}  // namespace warpevm
