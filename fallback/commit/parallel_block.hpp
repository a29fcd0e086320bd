// SPDX-License-Identifier: Apache-2.0
// One block on several threads, as in Block-STM: transactions are claimed in order and executed
// speculatively. Unlike there, validation is part of the commit: the thread that holds the commit lock
// validates and commits in block order, and executes at commit what is stale or not begun.
#pragma once

#include <exception>
#include <mutex>

#include "evm/chain/block_frame.hpp"
#include "evm/chain/intermediate_roots.hpp"
#include "fallback/commit/parallel_context.hpp"
#include "fallback/commit/speculation.hpp"
#include "fallback/commit/tsan.hpp"
#include "fallback/schedule/contention.hpp"
#include "fallback/schedule/recent_dependence.hpp"
#include "fallback/table/committed_state.hpp"

namespace warpevm {

/// What the blocks of a window share.
struct WindowState {
    ParallelContext::Parts& parts;
    EntryArena& arena;  ///< the commit loop's in serial stretches
    const StateView& state;
    const ExecutionOptions& options;
    CommittedState committed;
    /// Lower ones are for what came before the window.
    Position next_position = 4;
    IntermediateRoots roots;
};

class ParallelBlock {
  public:
    ParallelBlock(WindowState& window, const BlockInput& block,
                  std::span<const TransactionResult* const> handed_in);
    /// Throws what a thread threw, once no other is at work.
    BlockOutcome execute();
    /// `more`: another block of the window follows.
    void end(bool more) { m_window.committed.end_block(position_before(m_count + 2), more); }
    [[nodiscard]] const BlockCounters& counters() const { return m_counters; }

  private:
    enum class Stage : uint8_t { open, running, done, committed };
    struct Slot {
        std::atomic<Stage> stage{Stage::open};
        std::atomic<bool> published{false};  ///< its versions are in the table
        Incarnation* incarnation = nullptr;  ///< valid where done
        bool handed_in = false;
    };

    struct Pace {
        uint32_t transactions = 0;
        uint64_t keys = 0;  ///< accounts and slots that they were the first to read
        double seconds = 0;
        /// What speculating them takes above `seconds`, in seconds.
        [[nodiscard]] double speculation_cost() const;
    };

    /// What a thread keeps while it works on this block.
    struct Worker {
        Speculation speculation;
        std::function<bool(Position)> wait_for;
        /// Transactions that it executed and has not handed in.
        std::vector<uint32_t> held{};
        /// Size of its next claim, so that it takes about `claimed_work`.
        uint32_t claim = 1;
        Pace pace{};  ///< since it was judged last
        CoreShare::Stretch busy;
    };

    // parallel_block.cpp
    void seal();
    bool execute_on_journal(uint32_t index);
    void append(const TransactionOutcome& outcome, const BlockTransaction& tx);
    BlockOutcome rejected() { return {.verdict = std::move(m_outcome.verdict)}; }

    // handed_in_results.cpp
    void adopt_handed_in();

    // parallel_outlook.cpp
    bool long_enough(const Pace& pace) const;
    bool has_become_too_short(const Pace& speculated) const;
    bool enough_left();
    bool worth_speculating(const Pace& of_others);
    bool still_worth_speculating();
    bool worth_prefetching(const Pace& of_transfers) const;
    bool table_is_worth_it() const;
    void note_pace(const Pace& of_others);
    bool chained(const Chain& longest, uint32_t transactions, uint64_t gas) const;
    bool ran_as_chain() const;
    bool expect_stale() const;
    bool too_few_cores(parallel::Clock::time_point now);

    // parallel_pace.cpp
    void run_transactions();
    void commit_alone(uint32_t at_least, const std::function<void(uint32_t)>& run);
    void run_parallel();
    void note_opening();
    void let_speculate();
    void share();
    void note_commit(bool done, bool kept);
    bool speculated_as_chain() const;
    void judge_speculation(Worker& worker);
    void judge_anew();
    void back_off(Worker& worker);

    // commit_loop.cpp
    void work(CoreShare::Stretch::Of whose) noexcept;
    void take_part(CoreShare::Stretch::Of whose, std::unique_lock<SpinLock>& commit_lock);
    void stop_for(std::exception_ptr thrown) noexcept;
    void commit_loop(Worker& worker);
    void commit_next(uint32_t index, Speculation& speculation);
    void note_result(uint32_t index, bool kept);
    void execute_at_commit(uint32_t index, Speculation& speculation);
    bool commit(uint32_t index, Incarnation& incarnation);
    bool fits_block(const Transaction& tx) const { return allowance(m_block, m_outcome).fits(tx); }
    void append_logs(const Logs& logs, TransactionOutcome& outcome);

    // parallel_transfers.cpp
    struct Range {
        uint32_t begin = 0, end = 0;
    };
    void find_transfers();
    void commit_on_table();
    bool transfer_at_commit(uint32_t index, EntryArena& arena);
    Range claim_prefetch();
    bool prefetch_some(EntryArena& arena);
    bool looks_like_transfer(uint32_t index) const {
        return !m_others_before.empty() && m_others_before[index] == m_others_before[index + 1];
    }
    uint32_t others_before(uint32_t index) const {
        return m_others_before.empty() ? index : m_others_before[index];
    }
    uint32_t others_left() const { return others_before(m_count) - others_before(m_next); }
    uint32_t other(uint32_t rank) const { return m_others_before.empty() ? rank : m_others[rank]; }

    // parallel_claims.cpp
    uint32_t horizon() const;
    Range claim(uint32_t wanted);
    void find_large();
    std::optional<uint32_t> claim_large();
    bool speculate_some(Worker& worker);
    uint32_t speculate(uint32_t index, Worker& worker);
    bool run_ahead(uint32_t index, Worker& worker);
    std::optional<uint32_t> waiting_successor(uint32_t index) const;
    bool must_wait(uint32_t index) const;
    void hand_in(Worker& worker);
    void publish(Incarnation& incarnation, Position position);
    void mark_estimate(Incarnation& incarnation);
    void withdraw(const Incarnation& incarnation);
    Position position(uint32_t index) const { return m_first_position + 2 * (Position{index} + 1); }
    /// Of what the journal enters before the transaction `index`.
    Position position_before(uint32_t index) const { return position(index) - 1; }
    bool over() const {
        return m_stopped.load(std::memory_order_acquire) || m_next.load(std::memory_order_acquire) >= m_count;
    }
    void note_progress();
    void wait_for_progress(uint32_t seen);
    bool wait_for_commit(Position position);
    void hand_over() const {
        if (m_window.parts.settings.at_hand_over) m_window.parts.settings.at_hand_over();
    }

    WindowState& m_window;
    const BlockInput& m_block;
    std::span<const TransactionResult* const> m_handed_in;
    const uint32_t m_count;
    const Position m_first_position;
    BlockOutcome m_outcome;
    Machine<false> m_machine;
    BlockCounters m_counters;

    std::unique_ptr<Slot[]> m_slots;
    SpinLock m_commit_lock;              ///< held by the thread that runs the commit loop
    SpinLock m_thrown_lock;              ///< of m_thrown
    std::exception_ptr m_thrown;         ///< by the first thread that did
    std::atomic<uint32_t> m_next{0};     ///< everything before it is committed
    std::atomic<uint32_t> m_cursor{0};   ///< of claims: a rank among those that are no transfers
    std::atomic<bool> m_stopped{false};  ///< the block is invalid, or state is missing, or a thread threw
    std::atomic<bool> m_speculating{false};
    std::atomic<parallel::Clock::time_point> m_opened{};  ///< when speculation began last
    std::atomic<bool> m_state_is_slow{false};
    std::atomic<bool> m_wanted{false};  ///< a helper is ready to speculate
    std::atomic<bool> m_shared{false};  ///< commits go to the table: speculation may begin
    /// Transactions have become so short that committing them serially is faster.
    std::atomic<bool> m_too_short{false};
    std::atomic<uint32_t> m_progress{0};
    std::atomic<uint32_t> m_sleepers{0};
    std::atomic<parallel::Clock::time_point> m_called{};  ///< when the first sleeper was woken

    /// Transactions that may take long, in order: they are begun before others.
    std::vector<uint32_t> m_large;
    std::atomic<size_t> m_large_cursor{0};

    Contention m_contention;

    /// How many before a transaction, and in all, have no transfer's form, and which these are. Empty:
    /// nothing is taken for a transfer.
    std::vector<uint32_t> m_others_before, m_others;
    /// The entries of a transfer, once found: the recipient is set last.
    struct Parties {
        AccountEntry* sender = nullptr;
        std::atomic<AccountEntry*> recipient{nullptr};
    };
    std::unique_ptr<Parties[]> m_parties;
    std::atomic<uint32_t> m_prefetched{0};

    // The commit loop's own.
    /// Accounts and slots that were first read by transactions executed at commit.
    uint64_t m_keys = 0;
    uint32_t m_opened_at = 0;        ///< the transaction that was next when speculation began last
    uint64_t m_keys_at_opening = 0;  ///< m_keys then
    /// The current or last one; its duration without plain transfers.
    struct SerialStretch {
        uint32_t from = 0;
        double seconds = 0;
    };
    SerialStretch m_serial_stretch;
    std::vector<double> m_limits_before;  ///< of gas, of those that are no transfers; formed when needed
    Pace m_pace{.transactions = 1, .seconds = 1};  ///< of those that are no transfers, as measured last
    struct Work {
        uint32_t transactions = 0;
        uint64_t gas = 0;
        void add(uint64_t more) {
            ++transactions;
            gas += more;
        }
    };
    /// Commits since speculation was judged last; kept: those of a valid incarnation.
    struct Recent {
        Work all, kept;
        uint32_t stale = 0;
    };
    Recent m_recent;
    RecentDependence m_recent_dependence;  ///< since the commit loop is on the journal
    bool m_without_cores = false;          ///< threads that have work are not scheduled
    uint32_t m_awaited = 0;                ///< commits since speculation began, before any incarnation came
    bool m_results_come = false;           ///< an incarnation has come since speculation began
    uint32_t m_back_off_length = 16;       ///< transactions of the next serial stretch
};

}  // namespace warpevm
