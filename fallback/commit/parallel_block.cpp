// SPDX-License-Identifier: Apache-2.0
// A block from its first system call to its receipts, in the order of the serial executor.
#include "fallback/commit/parallel_block.hpp"

#include <tbb/parallel_for.h>
#include <tbb/parallel_invoke.h>

#include "evm/chain/receipts.hpp"
#include "fallback/schedule/parallel_tuning.hpp"

namespace warpevm {

ParallelBlock::ParallelBlock(WindowState& window, const BlockInput& block,
                             std::span<const TransactionResult* const> handed_in)
    : m_window(window),
      m_block(block),
      m_handed_in(handed_in),
      m_count(static_cast<uint32_t>(block.transactions.size())),
      m_first_position(
          std::exchange(window.next_position, window.next_position + 2 * (block.transactions.size() + 4))),
      m_machine(window.committed.journal(), window.parts.serial->buffers(), m_outcome.logs, block.rules,
                block.environment) {
    m_machine.set_interpreter(window.parts.serial->interpreter);
    m_counters.transactions = m_count;
    m_outcome.transactions.reserve(m_count);
    m_outcome.cumulative_gas.reserve(m_count);
}

BlockOutcome ParallelBlock::execute() {
    CommittedState& committed = m_window.committed;
    Journal<false>& journal = committed.journal();
    committed.begin_block(m_block.rules.at_least(Fork::spurious_dragon), m_first_position - 2);
    open_block(m_machine, m_block, m_window.options);
    if (journal.missing().error) return rejected();
    run_transactions();
    if (m_stopped) return rejected();
    committed.use_journal();
    if (!close_block(m_machine, m_block, m_window.options, m_outcome) || journal.missing().error)
        return rejected();
    seal();
    return std::move(m_outcome);
}

/// Receipts and the difference are independent, and are formed in pieces.
void ParallelBlock::seal() {
    const auto receipts = [this](const ForEach& for_each) {
        seal_receipts(m_outcome, m_block.transactions, m_block.rules, for_each);
    };
    const auto difference = [this](const ForEach& for_each) {
        m_outcome.diff = m_window.committed.diff(position_before(m_count + 1), for_each);
    };
    const bool by_one_thread = m_window.parts.settings.threads == 1 || ran_as_chain() || m_without_cores ||
                               m_count + 2 * m_outcome.logs.size() < parallel::sealed_by_one;
    if (by_one_thread) {
        receipts(in_order);
        difference(in_order);
        return;
    }
    const ForEach on_all_threads = [](size_t count, const std::function<void(size_t)>& work) {
        Visit tasks;
        tbb::parallel_for(size_t{0}, count, tasks.task([&](size_t i) { work(i); }),
                          tbb::simple_partitioner());
    };
    Visit tasks;
    m_window.parts.arena.execute([&] {
        tbb::parallel_invoke(tasks.task([&] { receipts(on_all_threads); }),
                             tasks.task([&] { difference(on_all_threads); }));
    });
}

void ParallelBlock::append(const TransactionOutcome& outcome, const BlockTransaction& tx) {
    append_transaction(m_outcome, outcome, tx);
    CommittedState& committed = m_window.committed;
    if (!m_window.roots.are_wanted() ||
        m_window.roots.add(committed.take_changes(), m_block.rules, m_outcome, committed.journal().missing()))
        return;
    m_stopped.store(true, std::memory_order_release);
}

/// Executes the next transaction in block order on the serial journal. False where it ends the block.
bool ParallelBlock::execute_on_journal(uint32_t index) {
    const BlockTransaction& tx = m_block.transactions[index];
    const Journal<false>& journal = m_window.committed.journal();
    const size_t known = journal.account_count() + journal.slot_count();
    const TransactionOutcome outcome = execute_transaction(m_machine, tx, allowance(m_block, m_outcome));
    if (m_window.committed.journal().missing().error) return false;
    if (outcome.invalid.code != ErrorCode::none && m_window.options.on_invalid == OnInvalid::reject_block) {
        m_outcome.verdict = {outcome.invalid, index};
        return false;
    }
    m_keys += journal.account_count() + journal.slot_count() - known;
    m_recent_dependence.note(outcome.gas_used, journal.needed_before());
    append(outcome, tx);
    return true;
}

}  // namespace warpevm
