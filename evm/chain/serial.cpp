// SPDX-License-Identifier: Apache-2.0
// The serial executor: blocks and their transactions one after the other. It is the definition of correct,
// and the place to start reading.
#include "evm/base/native_stack.hpp"
#include "evm/chain/block_steps.hpp"
#include "evm/chain/context.hpp"
#include "evm/chain/executor.hpp"
#include "evm/chain/fees.hpp"
#include "evm/chain/receipts.hpp"
#include "evm/chain/transaction_execution.hpp"

namespace warpevm {
namespace {

/// The ordered walk through one block.
class SerialBlock {
  public:
    SerialBlock(ExecutionContext& context, Journal<false>& journal, const BlockInput& block,
                const ExecutionOptions& options, const StateDiff& earlier_blocks)
        : m_context(context),
          m_journal(journal),
          m_block(block),
          m_options(options),
          m_earlier_blocks(earlier_blocks),
          m_machine(journal, context.buffers(), m_outcome.logs, block.rules, block.environment) {
        m_machine.set_interpreter(context.interpreter);
    }

    BlockOutcome execute() {
        m_journal.begin_block(m_block.rules.at_least(Fork::spurious_dragon));
        if (m_block.rules.dao_transition) move_dao_balances(m_journal);
        if (m_options.system_calls) call_before_transactions(m_machine);
        for (uint32_t i = 0; i < m_block.transactions.size(); ++i)
            if (!transaction(i)) return rejected();
        if (m_block.withdrawals) pay_withdrawals(m_journal, *m_block.withdrawals);
        if (m_options.system_calls && m_block.rules.at_least(Fork::prague)) {
            m_outcome.verdict.error = collect_requests(m_machine, m_options, m_outcome);
            if (!m_outcome.verdict.valid()) return rejected();
        }
        pay_rewards(m_journal, m_block, m_options);
        seal_receipts(m_outcome, m_block.transactions, m_block.rules);
        m_outcome.diff = m_journal.diff();
        return std::move(m_outcome);
    }

  private:
    /// False where the transaction makes the block invalid.
    bool transaction(uint32_t index) {
        const BlockTransaction& tx = m_block.transactions[index];
        const bool traced = !m_context.traced_transaction || m_context.traced_transaction == index;
        m_machine.set_tracer(traced ? m_context.tracer : nullptr);
        const BlockAllowance left{
            .gas = m_block.environment.gas_limit - m_outcome.gas_used,
            .blob_gas = m_block.rules.blobs.max * gas_per_blob - m_outcome.blob_gas_used};
        const TransactionOutcome outcome = execute_transaction(m_machine, tx, left);
        m_machine.set_tracer(nullptr);
        const bool skipped = outcome.invalid.code != ErrorCode::none;
        if (skipped && m_options.on_invalid == OnInvalid::reject_block) {
            m_outcome.verdict = {outcome.invalid, index};
            return false;
        }
        m_outcome.gas_used += outcome.gas_used;
        if (!skipped) m_outcome.blob_gas_used += tx.tx->blob_versioned_hashes.size() * gas_per_blob;
        m_outcome.transactions.push_back(outcome);
        m_outcome.cumulative_gas.push_back(m_outcome.gas_used);
        // Receipts hold the state root before Byzantium (EIP-658).
        if (!m_block.rules.at_least(Fork::byzantium) && m_options.state_root_after)
            m_outcome.intermediate_roots.push_back(
                m_options.state_root_after(m_earlier_blocks.then(m_journal.diff())));
        return true;
    }

    /// Nothing but the verdict is defined for an invalid block.
    BlockOutcome rejected() { return {.verdict = std::move(m_outcome.verdict)}; }

    ExecutionContext& m_context;
    Journal<false>& m_journal;
    const BlockInput& m_block;
    const ExecutionOptions& m_options;
    const StateDiff& m_earlier_blocks;
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
    StateDiff earlier_blocks;  // kept up only for intermediate roots
    for (const BlockInput& block : window) {
        BlockOutcome outcome = SerialBlock(context, journal, block, options, earlier_blocks).execute();
        if (missing.error) return tl::unexpected(*missing.error);
        outcome.assumed_accounts = std::exchange(missing.accounts, {});
        outcome.assumed_slots = std::exchange(missing.slots, {});
        journal.end_block();
        if (options.state_root_after) earlier_blocks = earlier_blocks.then(outcome.diff);
        outcomes.push_back(std::move(outcome));
        if (!outcomes.back().verdict.valid()) break;
    }
    return outcomes;
}

}  // namespace

Result<std::vector<BlockOutcome>> execute_serial(ExecutionContext& context,
                                                 std::span<const BlockInput> window, const StateView& state,
                                                 const ExecutionOptions& options) {
    Result<std::vector<BlockOutcome>> outcomes;
    with_native_stack(needed_native_stack,
                      [&] { outcomes = execute_window(context, window, state, options); });
    return outcomes;
}

}  // namespace warpevm
