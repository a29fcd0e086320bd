// SPDX-License-Identifier: Apache-2.0
// The serial executor: blocks and their transactions one after the other. It is the definition of correct,
// and the place to start reading.
#include "evm/chain/block_frame.hpp"
#include "evm/chain/context.hpp"
#include "evm/chain/edge.hpp"
#include "evm/chain/executor.hpp"
#include "evm/chain/intermediate_roots.hpp"
#include "evm/chain/receipts.hpp"
#include "evm/chain/transaction_execution.hpp"

namespace warpevm {
namespace {

/// The ordered loop: one block, transaction after transaction.
class SerialBlock {
  public:
    SerialBlock(ExecutionContext& context, Journal<false>& journal, const BlockInput& block,
                const ExecutionOptions& options, IntermediateRoots& roots)
        : m_context(context),
          m_journal(journal),
          m_block(block),
          m_options(options),
          m_roots(roots),
          m_machine(journal, context.buffers(), m_outcome.logs, block.rules, block.environment) {
        m_machine.set_interpreter(context.interpreter);
        m_machine.set_cancellation(context.cancellation());
    }

    BlockOutcome execute() {
        m_machine.set_tracer(m_context.system_call_tracer);
        open_block(m_machine, m_block, m_options);
        for (uint32_t i = 0; i < m_block.transactions.size(); ++i)
            if (!transaction(i)) return rejected();
        m_machine.set_tracer(m_context.system_call_tracer);
        if (!close_block(m_machine, m_block, m_options, m_outcome)) return rejected();
        seal_receipts(m_outcome, m_block.transactions, m_block.rules);
        m_outcome.diff = m_journal.diff();
        return std::move(m_outcome);
    }

  private:
    /// False where the transaction makes the block invalid, or state is missing.
    bool transaction(uint32_t index) {
        const BlockTransaction& tx = m_block.transactions[index];
        const bool traced = !m_context.traced_transaction || m_context.traced_transaction == index;
        m_machine.set_tracer(traced ? m_context.tracer : nullptr);
        const TransactionOutcome outcome = execute_transaction(m_machine, tx, allowance(m_block, m_outcome));
        m_machine.set_tracer(nullptr);
        if (m_context.cancellation().is_cancelled()) m_journal.missing().end_with_cancellation();
        if (m_journal.missing().error) return false;  // what was read since means nothing
        if (outcome.invalid.code != ErrorCode::none && m_options.on_invalid == OnInvalid::reject_block) {
            m_outcome.verdict = {outcome.invalid, index};
            return false;
        }
        append_transaction(m_outcome, outcome, tx);
        return !m_roots.are_wanted() ||
               m_roots.add(m_journal.take_changes(), m_block.rules, m_outcome, m_journal.missing());
    }

    /// Nothing but the verdict is defined for an invalid block.
    BlockOutcome rejected() { return {.verdict = std::move(m_outcome.verdict)}; }

    ExecutionContext& m_context;
    Journal<false>& m_journal;
    const BlockInput& m_block;
    const ExecutionOptions& m_options;
    IntermediateRoots& m_roots;
    BlockOutcome m_outcome;
    Machine<false> m_machine;
};

Result<std::vector<BlockOutcome>> execute_window(ExecutionContext& context,
                                                 std::span<const BlockInput> window, const StateView& state,
                                                 const ExecutionOptions& options) {
    const CodeCache::Lease lease = context.codes().lease();
    context.buffers().trim();
    Journal<false> journal(state, context.codes());
    MissingReads& missing = journal.missing();
    missing.assume_absent = options.on_missing_state == OnMissingState::assume_absent;
    std::vector<BlockOutcome> outcomes;
    IntermediateRoots roots(window, options);
    if (roots.are_wanted()) journal.list_changes();
    for (const BlockInput& block : window) {
        BlockOutcome outcome = SerialBlock(context, journal, block, options, roots).execute();
        if (context.cancellation().is_cancelled()) missing.end_with_cancellation();
        if (missing.error) return tl::unexpected(*missing.error);
        outcome.assumed_accounts = std::exchange(missing.accounts, {});
        outcome.assumed_slots = std::exchange(missing.slots, {});
        journal.end_block();
        outcomes.push_back(std::move(outcome));
        if (!outcomes.back().verdict.valid()) break;
    }
    return outcomes;
}

}  // namespace

Result<std::vector<BlockOutcome>> execute_serial(ExecutionContext& context,
                                                 std::span<const BlockInput> window, const StateView& state,
                                                 const ExecutionOptions& options) {
    return run_guarded(
        state, [&](const StateView& guarded) { return execute_window(context, window, guarded, options); });
}

}  // namespace warpevm
