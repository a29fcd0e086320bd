// SPDX-License-Identifier: Apache-2.0
// The commit loop's own part of a window: the committed state, the block that it is in, and what it does in a
// transaction's turn. Called by whoever holds the commit lock, so by one thread at a time.
#pragma once

#include "evm/chain/block_frame.hpp"
#include "evm/chain/intermediate_roots.hpp"
#include "fallback/commit/batch_outcome.hpp"
#include "fallback/commit/window.hpp"

namespace warpevm {

class CommitLoop {
  public:
    CommitLoop(Window& window, const StateView& state, bool is_lent);

    /// Opens the block of a transaction that is next, if that is not open yet.
    void before(uint32_t index);
    /// On the serial journal; the seconds since this was more than zero last.
    double execute_alone(uint32_t index);
    /// Whether an incarnation of the next transaction holds on the committed state.
    [[nodiscard]] bool validate(uint32_t index, const Incarnation& incarnation);
    /// Ends the next transaction's turn; takes `in_turn`, its incarnation of this turn, where it has one.
    /// Closes the block after its last transaction.
    void commit(uint32_t index, WorkerPlace::How how, Incarnation* in_turn);

    /// Several turns at once, as SchedulePlatform has them.
    [[nodiscard]] uint32_t batch_end(uint32_t index) const;
    HeldBatch validate_batch(uint32_t begin, uint32_t end);
    void commit_batch(uint32_t begin, uint32_t end);

    /// Others may speculate on what is committed; and may not any more.
    void enter_table();
    void leave_table();

    /// Blocks without transactions at the window's end, if it comes to that.
    void open_and_close_rest();
    /// After the last block, once sealing is done.
    Result<std::vector<BlockOutcome>> take_outcomes();
    [[nodiscard]] const std::vector<RouteReport>& routes() const { return m_routes; }

  private:
    struct OpenBlock {
        OpenBlock(CommitLoop& loop, uint32_t number);
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
    /// The clock, read seldom while nothing is speculated.
    struct Alone {
        uint64_t unclocked_gas = 0;  ///< since it was read
        double clocked = clock_seconds();
    };

    void end_if_cancelled();
    void open(uint32_t number);
    void close();
    bool execute_on_journal(uint32_t index);
    void commit_in_turn(uint32_t index, Incarnation& incarnation);
    void commit_incarnation(uint32_t index, Incarnation& incarnation);
    void append(const TransactionOutcome& outcome, const BlockTransaction& tx);
    void count(WorkerPlace::How how, const Incarnation* ahead);
    void defer_credits(uint32_t first, uint32_t end);

    Window& m_window;
    CommittedState m_committed;
    IntermediateRoots m_roots;
    std::optional<OpenBlock> m_block;
    BatchOutcome m_batch;
    uint32_t m_opened = 0;    ///< blocks that were opened
    bool m_on_table = false;  ///< others may speculate on what is committed
    bool m_has_backed_off = false;
    bool m_credits_deferred = false;  ///< of all blocks
    Alone m_alone;
    double m_shared_seconds = 0;  ///< of what is in order, with whoever helped
    const ForEach m_for_each;     ///< with whoever is idle, and counts those seconds
    std::vector<RouteReport> m_routes;
};

}  // namespace warpevm
