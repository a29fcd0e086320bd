// SPDX-License-Identifier: Apache-2.0
// Plain transfers of a block: found by their form, their accounts prefetched, and their effects entered at
// commit without journal or machine.
#include <algorithm>
#include <array>

#include "fallback/commit/parallel_block.hpp"
#include "fallback/schedule/parallel_tuning.hpp"

namespace warpevm {

using parallel::longest_prefetch;

/// Transfers are faster on the table, all else is faster on the journal.
void ParallelBlock::find_transfers() {
    const unsigned least = m_window.parts.settings.least_transfers;
    if (m_count < least) return;
    std::vector<uint32_t> before(m_count + 1), others;
    for (uint32_t i = 0; i < m_count; ++i) {
        before[i] = static_cast<uint32_t>(others.size());
        if (!may_be_plain_transfer(m_block.transactions[i], m_block.rules.fork)) others.push_back(i);
    }
    before[m_count] = static_cast<uint32_t>(others.size());
    const auto transfers = static_cast<uint32_t>(m_count - others.size());
    if (transfers < least || 2 * transfers < m_count) return;
    m_others_before = std::move(before);
    m_others = std::move(others);
    m_parties = std::make_unique<Parties[]>(m_count);
}

/// A serial stretch on the table.
void ParallelBlock::commit_on_table() {
    m_slots = std::make_unique<Slot[]>(m_count);
    ParallelContext::Parts& parts = m_window.parts;
    share();
    MachineBuffers* buffers = parts.buffers.borrow();
    {
        Speculation speculation(parts.table, m_window.arena, parts.serial->codes(), *buffers, m_block,
                                m_window.options, parts.serial->interpreter);
        commit_alone(1, [&](uint32_t index) { commit_next(index, speculation); });
    }
    parts.buffers.give_back(buffers);
}

/// False where it is no plain transfer, or the commit loop is on the journal.
bool ParallelBlock::transfer_at_commit(uint32_t index, EntryArena& arena) {
    CommittedState& committed = m_window.committed;
    if (!looks_like_transfer(index) || committed.on_journal()) return false;
    const BlockTransaction& tx = m_block.transactions[index];
    if (!fits_block(*tx.tx)) return false;
    Versions& table = m_window.parts.table;
    AccountEntry* recipient = m_parties[index].recipient.load(std::memory_order_acquire);
    AccountEntry* sender =
        recipient != nullptr ? m_parties[index].sender : table.find_account(tx.sender, arena);
    if (recipient == nullptr) recipient = table.find_account(*tx.tx->to, arena);
    table.load_together(std::array{sender, recipient});
    if (!table.load(*sender) || !table.load(*recipient)) return false;
    const auto prepared = prepare(tx, m_block, sender, recipient);
    if (!prepared ||
        !committed.transfer(*prepared, *tx.tx, m_block.rules.at_least(Fork::shanghai), position(index)))
        return false;
    ++m_counters.transfers;
    TransactionOutcome outcome;
    outcome.success = true;
    outcome.gas_used = prepared->gas_used;
    outcome.effective_gas_price = prepared->gas_price;
    outcome.first_log = static_cast<uint32_t>(m_outcome.logs.size());
    append(outcome, tx);
    return true;
}

ParallelBlock::Range ParallelBlock::claim_prefetch() {
    if (!m_parties) return {};
    uint32_t cursor = m_prefetched.load(std::memory_order_relaxed);
    for (;;) {
        const uint32_t from = std::max(cursor, m_next.load(std::memory_order_acquire));
        if (from >= m_count) return {};
        const uint32_t fair = (m_count - from) / (4 * m_window.parts.settings.threads) + 1;
        const uint32_t to = from + std::min(fair, longest_prefetch);
        if (m_prefetched.compare_exchange_weak(cursor, to)) return {from, to};
    }
}

/// Finds the entries of some transfers' accounts ahead of the commit loop, and reads from the state in one
/// batch what is not loaded. False where all are claimed.
bool ParallelBlock::prefetch_some(EntryArena& arena) {
    const Range range = claim_prefetch();
    if (range.begin == range.end) return false;
    Versions& table = m_window.parts.table;
    std::vector<AccountEntry*> entries;
    for (uint32_t i = range.begin; i < range.end; ++i) {
        if (!looks_like_transfer(i)) continue;
        const BlockTransaction& tx = m_block.transactions[i];
        entries.push_back(m_parties[i].sender = table.find_account(tx.sender, arena));
        entries.push_back(table.find_account(*tx.tx->to, arena));
        m_parties[i].recipient.store(entries.back(), std::memory_order_release);
    }
    table.load_together(entries);
    return true;
}

}  // namespace warpevm
