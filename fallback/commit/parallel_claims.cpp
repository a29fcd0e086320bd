// SPDX-License-Identifier: Apache-2.0
// Speculation ahead of the commit loop: claims, publishing versions, estimates, handing in, and waiting.
#include <algorithm>

#include "fallback/commit/parallel_block.hpp"
#include "fallback/schedule/parallel_tuning.hpp"

namespace warpevm {

using parallel::claimed_work;
using parallel::Clock;
using parallel::horizon_per_thread;
using parallel::large_gas;
using parallel::least_horizon;
using parallel::longest_claim;
using parallel::pace_period;

uint32_t ParallelBlock::horizon() const {
    return std::max(least_horizon, horizon_per_thread * m_window.parts.settings.threads);
}

/// Ranks among those that are no transfers. A claim does not reserve: the commit loop executes what it
/// reaches before its claimant has begun it.
ParallelBlock::Range ParallelBlock::claim(uint32_t wanted) {
    const unsigned threads = m_window.parts.settings.threads;
    const uint32_t next = others_before(m_next.load(std::memory_order_acquire));
    const uint32_t end = std::min(others_before(m_count), next + horizon());
    uint32_t cursor = m_cursor.load(std::memory_order_relaxed);
    for (;;) {
        const uint32_t from = std::max(cursor, next);
        if (from >= end) return {};
        // Towards the block's end smaller portions, so that all end at the same time.
        const uint32_t fair = (others_before(m_count) - from) / (2 * threads) + 1;
        const uint32_t to = std::min({from + wanted, from + fair, end});
        if (m_cursor.compare_exchange_weak(cursor, to)) return {from, to};
    }
}

/// Not with two threads: the only helper would be busy with them, and real blocks became slower by it.
void ParallelBlock::find_large() {
    if (m_window.parts.settings.threads == 2) return;
    for (uint32_t i = m_next; i < m_count; ++i)
        if (m_block.transactions[i].tx->gas_limit >= large_gas && !looks_like_transfer(i))
            m_large.push_back(i);
}

/// One that is not begun and not too far ahead.
std::optional<uint32_t> ParallelBlock::claim_large() {
    const uint32_t next = m_next.load(std::memory_order_acquire);
    size_t at = m_large_cursor.load(std::memory_order_relaxed);
    while (at < m_large.size() && m_large[at] < next + horizon()) {
        if (!m_large_cursor.compare_exchange_weak(at, at + 1)) continue;
        const uint32_t index = m_large[at];
        if (index > next && m_slots[index].stage.load(std::memory_order_relaxed) == Stage::open) return index;
        ++at;
    }
    return std::nullopt;
}

bool ParallelBlock::speculate_some(Worker& worker) {
    const std::optional<uint32_t> large = claim_large();
    const uint32_t rank = large ? others_before(*large) : 0;
    const Range range = large ? Range{rank, rank + 1} : claim(worker.claim);
    if (range.begin == range.end) return false;
    hand_over();
    const auto start = Clock::now();
    uint32_t ran = 0;
    for (uint32_t i = range.begin; i < range.end; ++i) {
        // Finished incarnations need not wait for a long one.
        if (m_block.transactions[other(i)].tx->gas_limit >= large_gas) hand_in(worker);
        ran += speculate(other(i), worker);
    }
    hand_in(worker);
    const std::chrono::duration<double> taken = Clock::now() - start;
    const double fitting = claimed_work * ran / std::max(taken.count(), 1e-9);
    worker.claim = static_cast<uint32_t>(std::clamp(fitting, 1.0, double{longest_claim}));
    worker.pace.transactions += ran;
    worker.pace.seconds += taken.count();
    if (worker.pace.transactions < pace_period) return true;
    if (m_window.parts.settings.speculate == Speculate::measured && has_become_too_short(worker.pace))
        m_too_short.store(true, std::memory_order_relaxed);
    worker.pace = {};
    return true;
}

/// In a contended group an incarnation that does not see the one before would be stale.
bool ParallelBlock::must_wait(uint32_t index) const {
    if (m_window.parts.settings.speculate == Speculate::everything) return false;
    const uint32_t before = m_contention.needed_before(index);
    return before != Contention::none && before >= m_next.load(std::memory_order_acquire) &&
           !m_slots[before].published.load(std::memory_order_acquire);
}

/// One that was skipped because it depends on `index`, which is published now.
std::optional<uint32_t> ParallelBlock::waiting_successor(uint32_t index) const {
    const uint32_t after = m_contention.needing(index);
    if (after == Contention::none || others_before(after) >= m_cursor.load(std::memory_order_relaxed))
        return std::nullopt;
    return after;
}

/// Executes it, unless another thread was first or it is left to the commit loop; then those that waited for
/// it, one after the other. Answers how many it executed.
uint32_t ParallelBlock::speculate(uint32_t index, Worker& worker) {
    uint32_t ran = 0;
    std::optional<uint32_t> next = index;
    while (next && run_ahead(*next, worker)) {
        ++ran;
        next = waiting_successor(*next);
        if (next) hand_in(worker);  // the commit loop need not wait for the next one
    }
    return ran;
}

bool ParallelBlock::run_ahead(uint32_t index, Worker& worker) {
    Slot& slot = m_slots[index];
    if (looks_like_transfer(index) || must_wait(index)) return false;
    Stage expected = Stage::open;
    if (!slot.stage.compare_exchange_strong(expected, Stage::running, std::memory_order_acq_rel))
        return false;
    const BlockTransaction& tx = m_block.transactions[index];
    Incarnation* t = m_window.parts.incarnations.borrow();
    if (m_state_is_slow.load(std::memory_order_relaxed)) worker.speculation.prefetch(tx);
    worker.speculation.run(tx,
                           {.position = position(index),
                            .sender = &tx.sender,
                            .nonce = tx.tx->nonce,
                            .wait_for = &worker.wait_for},
                           *t);
    slot.incarnation = t;
    worker.held.push_back(index);
    if (t->outcome.invalid.code == ErrorCode::none) publish(*t, position(index));
    slot.published.store(true, std::memory_order_release);
    hand_over();
    return true;
}

/// What this thread executed may be committed; what the commit loop has overtaken is withdrawn.
void ParallelBlock::hand_in(Worker& worker) {
    if (worker.held.empty()) return;
    for (const uint32_t i : worker.held) {
        Slot& slot = m_slots[i];
        Incarnation* t = slot.incarnation;
        Stage expected = Stage::running;
        if (slot.stage.compare_exchange_strong(expected, Stage::done, std::memory_order_acq_rel)) continue;
        withdraw(*t);
        m_window.parts.give_back(t);
    }
    worker.held.clear();
    note_progress();
}

void ParallelBlock::publish(Incarnation& t, Position at) {
    t.account_versions.reserve(t.effects.accounts.size());
    t.slot_versions.reserve(t.effects.slots.size());
    for (const AccountEffect& e : t.effects.accounts) {
        AccountVersion& version = t.account_versions.emplace_back(at, e);
        AccountEntry* entry = t.accounts[e.row];
        if (!only_touches(e) && !m_window.committed.is_deferred_credit(e, entry))
            m_window.parts.table.publish(*entry, version);
    }
    for (const SlotEffect& e : t.effects.slots)
        m_window.parts.table.publish(*t.slots[e.row], t.slot_versions.emplace_back(at, e.value));
}

/// A reader of an estimate suspends: what it would read now is likely to change, and it would be stale.
void ParallelBlock::mark_estimate(Incarnation& t) {
    Versions& table = m_window.parts.table;
    for (size_t i = 0; i < t.account_versions.size(); ++i)
        table.mark_estimate(*t.accounts[t.effects.accounts[i].row], t.account_versions[i]);
    for (size_t i = 0; i < t.slot_versions.size(); ++i)
        table.mark_estimate(*t.slots[t.effects.slots[i].row], t.slot_versions[i]);
}

void ParallelBlock::withdraw(const Incarnation& t) {
    Versions& table = m_window.parts.table;
    for (size_t i = 0; i < t.account_versions.size(); ++i)
        table.withdraw(*t.accounts[t.effects.accounts[i].row], t.account_versions[i]);
    for (size_t i = 0; i < t.slot_versions.size(); ++i)
        table.withdraw(*t.slots[t.effects.slots[i].row], t.slot_versions[i]);
}

// ---- waiting

/// Something was committed, or can be.
void ParallelBlock::note_progress() {
    m_progress.fetch_add(1, std::memory_order_seq_cst);
    if (m_sleepers.load(std::memory_order_seq_cst) == 0) return;
    if (m_called.load(std::memory_order_relaxed) == Clock::time_point{})
        m_called.store(Clock::now(), std::memory_order_relaxed);
    m_progress.notify_all();
}

void ParallelBlock::wait_for_progress(uint32_t seen) {
    for (unsigned i = 0; i < 200; ++i) {
        if (m_progress.load(std::memory_order_acquire) != seen) return;
        pause_briefly();
    }
    m_called.store(Clock::time_point{}, std::memory_order_relaxed);
    m_sleepers.fetch_add(1, std::memory_order_seq_cst);
    m_progress.wait(seen, std::memory_order_seq_cst);
    m_sleepers.fetch_sub(1, std::memory_order_seq_cst);
    const auto called = m_called.load(std::memory_order_relaxed);
    if (called != Clock::time_point{}) m_window.parts.cores.note_arrival(called);
}

/// Until the transaction at `position` has committed; false where it never will.
bool ParallelBlock::wait_for_commit(Position position) {
    const auto index = static_cast<uint32_t>((position - m_first_position) / 2 - 1);
    for (;;) {
        const uint32_t seen = m_progress.load(std::memory_order_seq_cst);
        if (m_next.load(std::memory_order_acquire) > index) return true;
        if (over()) return false;
        wait_for_progress(seen);
    }
}

}  // namespace warpevm
