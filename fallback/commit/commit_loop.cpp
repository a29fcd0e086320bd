// SPDX-License-Identifier: Apache-2.0
// The commit loop: the thread that holds the commit lock validates and commits in block order. And what each
// thread does within a block: commit if the lock is free, else speculate.
#include "fallback/commit/parallel_block.hpp"

namespace warpevm {

/// A thread's work within the block, from its arrival until all is committed or a thread has thrown.
void ParallelBlock::work(CoreShare::Stretch::Of whose) noexcept {
    std::unique_lock<SpinLock> commit_lock(m_commit_lock, std::defer_lock);
    try {
        if (!over()) take_part(whose, commit_lock);
    } catch (...) {
        // With the commit lock still held, if it was: no thread commits on from a half-done commit.
        stop_for(std::current_exception());
    }
    let_speculate();  // those asleep must see that it is over
}

/// What was claimed, borrowed or half entered stays as it is: it is not read any more.
void ParallelBlock::stop_for(std::exception_ptr thrown) noexcept {
    {
        const std::lock_guard held(m_thrown_lock);
        if (!m_thrown) m_thrown = std::move(thrown);
    }
    m_stopped.store(true, std::memory_order_release);
    note_progress();
}

void ParallelBlock::take_part(CoreShare::Stretch::Of whose, std::unique_lock<SpinLock>& commit_lock) {
    ParallelContext::Parts& parts = m_window.parts;
    MachineBuffers* buffers = parts.buffers.borrow();
    EntryArena* arena = parts.arenas.borrow();
    {
        Worker worker{.speculation = {parts.table, *arena, parts.serial->codes(), *buffers, m_block,
                                      m_window.options, parts.serial->interpreter},
                      .wait_for = {},
                      .busy = CoreShare::Stretch(whose)};
        const auto wait = [&](const auto& until) {
            parts.cores.note_end(worker.busy);
            until();
            worker.busy.restart();
        };
        worker.wait_for = [&](Position earlier) {
            bool came = false;
            wait([&] { came = wait_for_commit(earlier); });
            return came;
        };
        for (;;) {
            // Before anything else is read: what changes later also changes this.
            const uint32_t seen = m_progress.load(std::memory_order_seq_cst);
            if (over()) break;
            if (!m_speculating.load(std::memory_order_acquire)) {
                // A serial stretch. Returning would leave the thread to TBB, which spins for a while.
                wait([&] { m_speculating.wait(false, std::memory_order_acquire); });
                if (!over()) parts.cores.note_arrival(m_opened.load(std::memory_order_relaxed));
                continue;
            }
            const uint32_t before = m_next.load(std::memory_order_acquire);
            if (commit_lock.try_lock()) {
                commit_loop(worker);
                commit_lock.unlock();
                hand_over();
            }
            const bool committed_any = m_next.load(std::memory_order_acquire) != before;
            if (!m_shared.load(std::memory_order_acquire)) {
                m_wanted.store(true, std::memory_order_relaxed);
                if (!committed_any) wait([&] { wait_for_progress(seen); });
                continue;
            }
            parts.cores.note(worker.busy);
            if (prefetch_some(*arena) || speculate_some(worker) || committed_any) continue;
            wait([&] { wait_for_progress(seen); });
        }
    }
    parts.arenas.give_back(arena);
    parts.buffers.give_back(buffers);
}

void ParallelBlock::commit_loop(Worker& worker) {
    const uint32_t begin = m_next.load(std::memory_order_relaxed);
    while (!over()) {
        const uint32_t index = m_next.load(std::memory_order_relaxed);
        const Stage stage = m_slots[index].stage.load(std::memory_order_acquire);
        if (stage == Stage::running) break;
        if (stage == Stage::open && m_window.parts.settings.speculate == Speculate::everything) break;
        commit_next(index, worker.speculation);
        judge_speculation(worker);
        const bool unshared = !m_shared.load(std::memory_order_relaxed);
        if (unshared && m_wanted.load(std::memory_order_relaxed) && !over())
            still_worth_speculating() ? share() : back_off(worker);
        // Threads that wait for the horizon to move need not be woken at each step.
        if (looks_like_transfer(index) || others_before(index) % 16 != 15) continue;
        note_progress();
        m_window.parts.cores.note(worker.busy);
    }
    if (m_next.load(std::memory_order_relaxed) != begin) note_progress();
}

/// Commits the next transaction: its incarnation if that is valid, else by executing it here. Where another
/// thread is still executing it, that thread will find it committed.
void ParallelBlock::commit_next(uint32_t index, Speculation& speculation) {
    Slot& slot = m_slots[index];
    const bool done = slot.stage.exchange(Stage::committed, std::memory_order_acq_rel) == Stage::done;
    const bool kept = done && commit(index, *slot.incarnation);
    if (done) note_result(index, kept);
    if (done && !kept) mark_estimate(*slot.incarnation);
    m_counters.direct += done ? 0 : 1;
    const bool transferred = !kept && transfer_at_commit(index, speculation.arena());
    if (!kept && !transferred) execute_at_commit(index, speculation);
    if (!transferred) note_commit(done, kept);
    if (done && !kept) withdraw(*slot.incarnation);
    if (done) m_window.parts.give_back(slot.incarnation);
    m_next.store(index + 1, std::memory_order_release);
    if (done && !kept) note_progress();
}

/// Counts whether an incarnation was valid.
void ParallelBlock::note_result(uint32_t index, bool kept) {
    ++(kept ? m_counters.speculated : m_counters.repeated);
    m_contention.note(m_block.transactions, index, kept);
    if (m_slots[index].handed_in) ++(kept ? m_counters.handed_in_kept : m_counters.handed_in_stale);
    if (!kept) m_counters.repeated_gas += m_slots[index].incarnation->outcome.gas_used;
}

/// Everything before it is committed, so this incarnation is valid unless it is undecided: then it is
/// executed on the journal.
void ParallelBlock::execute_at_commit(uint32_t index, Speculation& speculation) {
    CommittedState& committed = m_window.committed;
    if (!committed.on_journal()) {
        const BlockTransaction& tx = m_block.transactions[index];
        Incarnation* t = m_window.parts.incarnations.borrow();
        speculation.run(tx, {.position = position(index)}, *t);
        m_keys += t->accounts.size() + t->slots.size();
        const bool kept = commit(index, *t);
        m_window.parts.give_back(t);
        if (kept) return;
        committed.use_journal();
        if (!execute_on_journal(index)) return m_stopped.store(true, std::memory_order_release);
        return committed.use_table(position(index));
    }
    if (!execute_on_journal(index)) m_stopped.store(true, std::memory_order_release);
}

/// Validates and commits. False, and nothing changed, where it is stale or undecided.
bool ParallelBlock::commit(uint32_t index, Incarnation& t) {
    const BlockTransaction& tx = m_block.transactions[index];
    CommittedState& committed = m_window.committed;
    if (committed.on_journal() || t.undecided || t.outcome.invalid.code != ErrorCode::none ||
        !fits_block(*tx.tx) || !committed.validate(t))
        return false;
    committed.commit(t, position(index));
    append_logs(t.logs, t.outcome);
    append(t.outcome, tx);
    return true;
}

void ParallelBlock::append_logs(const Logs& logs, TransactionOutcome& outcome) {
    outcome.first_log = static_cast<uint32_t>(m_outcome.logs.size());
    for (size_t i = 0; i < logs.size(); ++i)
        m_outcome.logs.add(logs[i].address, logs.topics(logs[i]), logs.data(logs[i]));
}

}  // namespace warpevm
