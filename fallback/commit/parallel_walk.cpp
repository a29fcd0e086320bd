// SPDX-License-Identifier: Apache-2.0
// What a thread does within a block, and the walk: whoever holds the token commits in block order.
#include "fallback/commit/parallel_block.hpp"

namespace warpevm {

/// A thread's part of the block, from when it comes to when nothing is left to do or somebody has thrown.
void ParallelBlock::work(CoreShare::Stretch::Of whose) noexcept {
    std::unique_lock<SpinLock> token(m_token, std::defer_lock);
    try {
        if (!over()) take_part(whose, token);
    } catch (...) {
        // With the token still held: nobody walks on from where this ended.
        stop_for(std::current_exception());
    }
    let_speculate();  // whoever sleeps shall see that it is over
}

/// What was claimed, borrowed or half entered stays as it is: nobody looks at it any more.
void ParallelBlock::stop_for(std::exception_ptr thrown) noexcept {
    {
        const std::lock_guard held(m_thrown_lock);
        if (!m_thrown) m_thrown = std::move(thrown);
    }
    m_stopped.store(true, std::memory_order_release);
    note_progress();
}

void ParallelBlock::take_part(CoreShare::Stretch::Of whose, std::unique_lock<SpinLock>& token) {
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
            wait([&] { came = wait_for_turn(earlier); });
            return came;
        };
        for (;;) {
            // Before anything is looked at: what changes later also changes this.
            const uint32_t seen = m_progress.load(std::memory_order_seq_cst);
            if (over()) break;
            if (!m_speculating.load(std::memory_order_acquire)) {
                // The walk is alone. Ending here would leave the thread to TBB, which spins for a while.
                wait([&] { m_speculating.wait(false, std::memory_order_acquire); });
                if (!over()) parts.cores.note_arrival(m_opened.load(std::memory_order_relaxed));
                continue;
            }
            const uint32_t before = m_next.load(std::memory_order_acquire);
            if (token.try_lock()) {
                walk(worker);
                token.unlock();
                hand_over();
            }
            const bool walked = m_next.load(std::memory_order_acquire) != before;
            if (!m_shared.load(std::memory_order_acquire)) {
                m_wanted.store(true, std::memory_order_relaxed);
                if (!walked) wait([&] { wait_for_progress(seen); });
                continue;
            }
            parts.cores.note(worker.busy);
            if (prefetch_some(*arena) || speculate_some(worker) || walked) continue;
            wait([&] { wait_for_progress(seen); });
        }
    }
    parts.arenas.give_back(arena);
    parts.buffers.give_back(buffers);
}

void ParallelBlock::walk(Worker& worker) {
    const uint32_t begin = m_next.load(std::memory_order_relaxed);
    while (!over()) {
        const uint32_t index = m_next.load(std::memory_order_relaxed);
        const Stage stage = m_slots[index].stage.load(std::memory_order_acquire);
        if (stage == Stage::running) break;
        if (stage == Stage::open && m_window.parts.settings.speculate == Speculate::everything) break;
        take_turn(index, worker.speculation);
        judge_speculation(worker);
        const bool unshared = !m_shared.load(std::memory_order_relaxed);
        if (unshared && m_wanted.load(std::memory_order_relaxed) && !over())
            still_worth_speculating() ? share() : retreat(worker);
        // Those who wait for the horizon to move need not hear of each step.
        if (looks_like_transfer(index) || others_before(index) % 16 != 15) continue;
        note_progress();
        m_window.parts.cores.note(worker.busy);
    }
    if (m_next.load(std::memory_order_relaxed) != begin) note_progress();
}

/// The transaction that is next commits, whatever it takes. Where another thread is still running it, that
/// thread will find it committed.
void ParallelBlock::take_turn(uint32_t index, Speculation& speculation) {
    Slot& slot = m_slots[index];
    const bool done = slot.stage.exchange(Stage::committed, std::memory_order_acq_rel) == Stage::done;
    const bool kept = done && commit(index, *slot.incarnation);
    if (done) note_result(index, kept);
    if (done && !kept) make_pending(*slot.incarnation);
    m_counters.direct += done ? 0 : 1;
    const bool transferred = !kept && transfer_in_turn(index, speculation.arena());
    if (!kept && !transferred) run_in_turn(index, speculation);
    if (!transferred) note_turn(done, kept);
    if (done && !kept) withdraw(*slot.incarnation);
    if (done) m_window.parts.give_back(slot.incarnation);
    m_next.store(index + 1, std::memory_order_release);
    if (done && !kept) note_progress();
}

/// What became of what was computed beside the walk.
void ParallelBlock::note_result(uint32_t index, bool kept) {
    ++(kept ? m_counters.speculated : m_counters.repeated);
    m_contention.note(m_block.transactions, index, kept);
    if (m_slots[index].given) ++(kept ? m_counters.given_kept : m_counters.given_stale);
    if (!kept) m_counters.repeated_gas += m_slots[index].incarnation->outcome.gas_used;
}

/// Everything before it is committed, so what it sees holds; only what the walk alone may decide runs on the
/// journal.
void ParallelBlock::run_in_turn(uint32_t index, Speculation& speculation) {
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
        if (!direct(index)) return m_stopped.store(true, std::memory_order_release);
        return committed.use_table(position(index));
    }
    if (!direct(index)) m_stopped.store(true, std::memory_order_release);
}

/// False where it is not what serial would have found here.
bool ParallelBlock::commit(uint32_t index, Incarnation& t) {
    const BlockTransaction& tx = m_block.transactions[index];
    CommittedState& committed = m_window.committed;
    if (committed.on_journal() || t.undecided || t.outcome.invalid.code != ErrorCode::none ||
        !fits_block(*tx.tx) || !committed.still_holds(t))
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
