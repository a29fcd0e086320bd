// SPDX-License-Identifier: Apache-2.0
#include "fallback/parallel_block.hpp"

#include <tbb/parallel_for.h>
#include <tbb/parallel_invoke.h>

#include <algorithm>
#include <chrono>

#include "evm/chain/fees.hpp"
#include "evm/chain/receipts.hpp"

namespace warpevm {
namespace {

using Clock = std::chrono::steady_clock;

/// How far speculation may be ahead of the walk: what is far ahead is stale more often.
uint32_t horizon(unsigned threads) {
    return std::max(64U, 16 * threads);
}

/// Below this many seconds of remaining work, waking other threads costs more than they can save.
constexpr double least_work = 500e-6;
/// Seconds of work after which the pace of the first transactions means something.
constexpr double least_seen = 100e-6;
/// Seconds that speculating, checking and entering a transaction take above running it, as measured, with what
/// two threads lose by sharing a cache.
constexpr double speculation_cost = 1.25e-6;
/// The clock is read after so many short transactions, and the pace is that of so many.
constexpr uint32_t clock_period = 8, pace_period = 64;
/// Blocks of fewer receipts and logs are sealed by one thread.
constexpr size_t sealed_by_one = 400;
/// Seconds of work that a thread claims at once: what it ran it likely commits itself, while it is in its
/// cache, and threads seldom meet. More would leave the others waiting.
constexpr double claimed_work = 16e-6;
/// Of a transaction's gas limit: what may take several times as long.
constexpr uint64_t large_gas = 500'000;
constexpr uint32_t longest_claim = 16;
/// A judgement of speculation looks at this many transactions.
constexpr uint32_t judged = 32;
/// Lengths of a retreat, doubling from one to the other.
constexpr uint32_t first_stretch = 16, longest_stretch = 1024;
/// The least where transactions have become too short.
constexpr uint32_t stretch_of_short_ones = 256;

}  // namespace

ParallelBlock::ParallelBlock(WindowState& window, const BlockInput& block,
                             std::span<const TransactionResult* const> given)
    : m_window(window),
      m_block(block),
      m_given(given),
      m_count(static_cast<uint32_t>(block.transactions.size())),
      m_first_position(
          std::exchange(window.next_position, window.next_position + 2 * (block.transactions.size() + 4))),
      m_machine(window.committed.journal(), window.parts.serial->buffers(), m_outcome.logs, block.rules,
                block.environment) {
    m_machine.set_interpreter(window.parts.serial->interpreter);
    m_counters.transactions = m_count;
}

// ---- the block, as the serial executor walks through it

BlockOutcome ParallelBlock::execute() {
    CommittedState& committed = m_window.committed;
    Journal<false>& journal = committed.journal();
    const ExecutionOptions& options = m_window.options;
    committed.begin_block(m_block.rules.at_least(Fork::spurious_dragon), m_first_position - 2);
    if (m_block.rules.dao_transition) move_dao_balances(journal);
    if (options.system_calls) call_before_transactions(m_machine);
    if (journal.missing().error) return rejected();
    run_transactions();
    if (m_stopped) return rejected();
    committed.use_journal();
    if (m_block.withdrawals) pay_withdrawals(journal, *m_block.withdrawals);
    if (options.system_calls && m_block.rules.at_least(Fork::prague)) {
        m_outcome.verdict.error = collect_requests(m_machine, options, m_outcome);
        if (!m_outcome.verdict.valid()) return rejected();
    }
    pay_rewards(journal, m_block, options);
    seal();
    return std::move(m_outcome);
}

/// Receipts and the difference have nothing to do with one another, and fall into pieces.
void ParallelBlock::seal() {
    const auto receipts = [this](const ForEach& for_each) {
        seal_receipts(m_outcome, m_block.transactions, m_block.rules, for_each);
    };
    const auto difference = [this](const ForEach& for_each) {
        m_outcome.diff = m_window.committed.diff(position_before(m_count + 1), for_each);
    };
    const bool alone =
        m_window.parts.settings.threads == 1 || m_count + 2 * m_outcome.logs.size() < sealed_by_one;
    if (alone) {
        receipts(in_order);
        difference(in_order);
        return;
    }
    const ForEach on_all_threads = [](size_t count, const std::function<void(size_t)>& work) {
        HandOver tasks;
        tasks.give();
        tbb::parallel_for(size_t{0}, count, tasks.task([&](size_t i) { work(i); }), tbb::simple_partitioner());
        tasks.take_back();
    };
    HandOver tasks;
    tasks.give();
    m_window.parts.arena.execute([&] {
        tbb::parallel_invoke(tasks.task([&] { receipts(on_all_threads); }),
                             tasks.task([&] { difference(on_all_threads); }));
    });
    tasks.take_back();
}

BlockAllowance ParallelBlock::allowance() const {
    return {.gas = m_block.environment.gas_limit - m_outcome.gas_used,
            .blob_gas = m_block.rules.blobs.max * gas_per_blob - m_outcome.blob_gas_used};
}

void ParallelBlock::append(TransactionOutcome outcome, const Transaction& tx) {
    m_outcome.gas_used += outcome.gas_used;
    if (outcome.invalid.code == ErrorCode::none)
        m_outcome.blob_gas_used += tx.blob_versioned_hashes.size() * gas_per_blob;
    m_outcome.transactions.push_back(std::move(outcome));
    m_outcome.cumulative_gas.push_back(m_outcome.gas_used);
    const ExecutionOptions& options = m_window.options;
    if (m_block.rules.at_least(Fork::byzantium) || !options.state_root_after) return;
    const Position at = position(static_cast<uint32_t>(m_outcome.transactions.size()) - 1);
    m_outcome.intermediate_roots.push_back(
            options.state_root_after(m_window.earlier_blocks.then(m_window.committed.diff(at))));
}

/// Runs the transaction that is next on the journal. False where it ends the block.
bool ParallelBlock::direct(uint32_t index) {
    const BlockTransaction& tx = m_block.transactions[index];
    TransactionOutcome outcome = execute_transaction(m_machine, tx, allowance());
    if (m_window.committed.journal().missing().error) return false;
    if (outcome.invalid.code != ErrorCode::none && m_window.options.on_invalid == OnInvalid::reject_block) {
        m_outcome.verdict = {outcome.invalid, index};
        return false;
    }
    append(std::move(outcome), *tx.tx);
    return true;
}

// ---- from serial to parallel

/// What speculating a transaction costs above running it is nearly a constant, so that short ones don't gain by
/// it; the more threads, the shorter they may be. The rest should take long enough, too, and be several.
bool ParallelBlock::worth_speculating(uint32_t ran, double seconds) const {
    const double each = seconds / ran, left = m_count - m_next;
    const double shortest = speculation_cost / (0.9 * m_window.parts.settings.threads - 1.4);
    return left >= 4 && seconds >= least_seen && each >= shortest && each * left >= least_work;
}

/// Runs at least so many transactions on the journal, and then on until speculating seems worth it.
template <class Run>
void ParallelBlock::walk_alone(uint32_t at_least, Run run) {
    const bool asks = m_window.parts.settings.speculate == Speculate::measured;
    auto start = Clock::now();
    uint32_t since = m_next;
    for (uint32_t ran = 1; !over(); ++ran) {
        const uint32_t index = m_next;
        run(index);
        // The clock costs as much as a tenth of a transfer.
        if (ran % clock_period != 0 && m_block.transactions[index].tx->gas_limit < large_gas) continue;
        const auto now = Clock::now();
        const std::chrono::duration<double> taken = now - start;
        if (ran >= at_least && (!asks || worth_speculating(m_next - since, taken.count()))) return;
        if (m_next - since < pace_period) continue;
        start = now;
        since = m_next;
    }
}

void ParallelBlock::run_transactions() {
    const ParallelSettings& settings = m_window.parts.settings;
    const bool may_speculate = settings.threads > 1 && m_window.parts.serial->tracer == nullptr;
    const bool has_given = std::any_of(m_given.begin(), m_given.end(), [](auto* g) { return g != nullptr; });
    const auto run = [this](uint32_t index) {
        ++m_counters.direct;
        if (!direct(index)) return m_stopped.store(true, std::memory_order_relaxed);
        m_next.store(index + 1, std::memory_order_relaxed);
    };
    if (!may_speculate && !has_given)
        while (!over()) run(m_next);
    else if (!has_given && settings.speculate == Speculate::measured)
        walk_alone(1, run);
    if (!over()) run_parallel();
}

void ParallelBlock::run_parallel() {
    m_counters.serial = false;
    m_slots = std::make_unique<Slot[]>(m_count);
    const bool has_given = std::any_of(m_given.begin(), m_given.end(), [](auto* g) { return g != nullptr; });
    if (has_given || m_window.parts.settings.speculate == Speculate::everything) share();
    if (has_given) adopt_given();
    HandOver visit;  // another thread may do it where the arena is full
    visit.give();
    m_window.parts.arena.execute(visit.task([this] {
        open_speculation();
        work();
        m_tasks.wait();
        m_hand_over.take_back();
    }));
    visit.take_back();
    for (uint32_t i = m_next; i < m_count; ++i)  // where the block ended early
        if (m_slots[i].stage == Stage::done) m_window.parts.incarnations.give_back(m_slots[i].incarnation);
}

void ParallelBlock::open_speculation() {
    m_speculating.store(true, std::memory_order_release);
    m_hand_over.give();
    for (unsigned i = 1; i < m_window.parts.settings.threads; ++i)
        m_tasks.run(m_hand_over.task([this] { work(); }));
}

/// Gives speculation up for a stretch: the walk goes on alone, at serial's speed.
void ParallelBlock::retreat(Speculation& speculation) {
    ++m_counters.retreats;
    m_recent_kept = m_recent_others = 0;
    m_speculating.store(false, std::memory_order_release);
    m_wanted.store(false, std::memory_order_relaxed);
    m_shared.store(false, std::memory_order_release);
    note_progress();
    m_window.committed.use_journal();
    walk_alone(std::exchange(m_stretch, std::min(2 * m_stretch, longest_stretch)),
               [&](uint32_t index) { take_turn(index, speculation); });
    if (over()) return;
    if (m_window.parts.settings.speculate == Speculate::everything) share();
    open_speculation();
}

/// Whoever speculates needs what is committed in the table. Entering it costs the walk time, so it waits for
/// somebody to turn up first.
void ParallelBlock::share() {
    CommittedState& committed = m_window.committed;
    committed.use_table(position_before(m_next));
    committed.set_fee_account(
        m_window.parts.table.account(m_block.environment.beneficiary, m_window.arena));
    m_shared.store(true, std::memory_order_release);
    note_progress();
}

/// What nobody speculated, or in vain, runs in turn, and on the journal it would run faster.
void ParallelBlock::judge_speculation(Speculation& speculation) {
    if (m_too_short.load(std::memory_order_relaxed)) {
        m_too_short.store(false, std::memory_order_relaxed);
        m_stretch = std::max(m_stretch, stretch_of_short_ones);
        return retreat(speculation);
    }
    // After a retreat a few results are enough to tell that nothing has changed.
    const uint32_t enough = m_stretch > first_stretch ? judged / 2 : judged;
    const uint32_t seen = m_recent_kept + m_recent_others;
    if (seen < enough || m_window.committed.on_journal()) return;
    const uint32_t of_five = m_window.parts.settings.threads == 2 ? 2 : 1;
    if (5 * m_recent_kept < of_five * seen) return retreat(speculation);
    m_stretch = first_stretch;
    m_recent_kept = m_recent_others = 0;
}

// ---- the threads

void ParallelBlock::work() {
    if (over()) return;
    ParallelContext::Parts& parts = m_window.parts;
    MachineBuffers* buffers = parts.buffers.borrow();
    EntryArena* arena = parts.arenas.borrow();
    {
        Worker worker{.speculation = {parts.table, *arena, parts.serial->codes(), *buffers, m_block,
                                      m_window.options, parts.serial->interpreter}};
        for (;;) {
            // Before anything is looked at: what changes later also changes this.
            const uint32_t seen = m_progress.load(std::memory_order_seq_cst);
            if (over() || !m_speculating.load(std::memory_order_acquire)) break;
            const uint32_t before = m_next.load(std::memory_order_acquire);
            if (m_token.try_lock()) {
                walk(worker.speculation);
                m_token.unlock();
                hand_over();
            }
            const bool walked = m_next.load(std::memory_order_acquire) != before;
            if (!m_shared.load(std::memory_order_acquire)) {
                m_wanted.store(true, std::memory_order_relaxed);
                if (!walked) wait_for_progress(seen);
                continue;
            }
            if (speculate_some(worker) || walked) continue;
            wait_for_progress(seen);
        }
    }
    parts.arenas.give_back(arena);
    parts.buffers.give_back(buffers);
}

void ParallelBlock::walk(Speculation& speculation) {
    const uint32_t begin = m_next.load(std::memory_order_relaxed);
    while (!over()) {
        const uint32_t index = m_next.load(std::memory_order_relaxed);
        const Stage stage = m_slots[index].stage.load(std::memory_order_acquire);
        if (stage == Stage::running) break;
        if (stage == Stage::open && m_window.parts.settings.speculate == Speculate::everything) break;
        take_turn(index, speculation);
        judge_speculation(speculation);
        if (m_wanted.load(std::memory_order_relaxed) && !m_shared.load(std::memory_order_relaxed) && !over())
            share();
        // Those who wait for the horizon to move need not hear of each step.
        if ((index - begin) % 16 == 15) note_progress();
    }
    if (m_next.load(std::memory_order_relaxed) != begin) note_progress();
}

/// The transaction that is next commits, whatever it takes. Where another thread is still running it, that
/// thread will find it committed.
void ParallelBlock::take_turn(uint32_t index, Speculation& speculation) {
    Slot& slot = m_slots[index];
    const bool done = slot.stage.exchange(Stage::committed, std::memory_order_acq_rel) == Stage::done;
    const bool kept = done && commit(index, *slot.incarnation);
    if (done) {
        Incarnation& t = *slot.incarnation;
        ++(kept ? m_counters.speculated : m_counters.repeated);
        m_contention.note(m_block.transactions, index, kept);
        if (!kept) m_counters.repeated_gas += t.outcome.gas_used;
        if (!kept) withdraw(t, position(index));
        if (slot.given) ++(kept ? m_counters.given_kept : m_counters.given_stale);
        m_window.parts.incarnations.give_back(&t);
    } else {
        ++m_counters.direct;
    }
    ++(kept ? m_recent_kept : m_recent_others);
    if (!kept) run_in_turn(index, speculation);
    m_next.store(index + 1, std::memory_order_release);
}

/// Everything before it is committed, so what it sees holds; only what the walk alone may decide runs on the
/// journal.
void ParallelBlock::run_in_turn(uint32_t index, Speculation& speculation) {
    CommittedState& committed = m_window.committed;
    if (!committed.on_journal()) {
        const BlockTransaction& tx = m_block.transactions[index];
        Incarnation* t = m_window.parts.incarnations.borrow();
        speculation.run(tx, {.position = position(index)}, *t);
        const bool kept = commit(index, *t);
        m_window.parts.incarnations.give_back(t);
        if (kept) return;
        committed.use_journal();
        if (!direct(index)) return m_stopped.store(true, std::memory_order_release);
        return committed.use_table(position(index));
    }
    if (!direct(index)) m_stopped.store(true, std::memory_order_release);
}

/// False where it is not what serial would have found here.
bool ParallelBlock::commit(uint32_t index, Incarnation& t) {
    const Transaction& tx = *m_block.transactions[index].tx;
    CommittedState& committed = m_window.committed;
    if (committed.on_journal() || t.undecided || t.outcome.invalid.code != ErrorCode::none || !fits_block(tx) ||
        !committed.still_holds(t))
        return false;
    committed.commit(t, position(index));
    append_logs(t.logs, t.outcome);
    append(t.outcome, tx);
    return true;
}

bool ParallelBlock::fits_block(const Transaction& tx) const {
    const BlockAllowance left = allowance();
    return tx.gas_limit <= left.gas &&
           (tx.type != TxType::blob || tx.blob_versioned_hashes.size() * gas_per_blob <= left.blob_gas);
}

void ParallelBlock::append_logs(const Logs& logs, TransactionOutcome& outcome) {
    outcome.first_log = static_cast<uint32_t>(m_outcome.logs.size());
    for (size_t i = 0; i < logs.size(); ++i)
        m_outcome.logs.add(logs[i].address, logs.topics(logs[i]), logs.data(logs[i]));
}

/// A claim is a promise to look at them soon, no more: the walk runs what it meets and nobody has begun.
ParallelBlock::Range ParallelBlock::claim(uint32_t wanted) {
    const unsigned threads = m_window.parts.settings.threads;
    const uint32_t next = m_next.load(std::memory_order_acquire);
    const uint32_t end = std::min(m_count, next + horizon(threads));
    uint32_t cursor = m_cursor.load(std::memory_order_relaxed);
    for (;;) {
        const uint32_t from = std::max(cursor, next);
        if (from >= end) return {};
        // Towards the block's end smaller portions, so that all end at the same time.
        const uint32_t fair = (m_count - from) / (2 * threads) + 1;
        const uint32_t to = std::min({from + wanted, from + fair, end});
        if (m_cursor.compare_exchange_weak(cursor, to)) return {from, to};
    }
}

bool ParallelBlock::speculate_some(Worker& worker) {
    Range range = claim(worker.claim);
    if (range.begin == range.end) return false;
    hand_over();
    const auto start = Clock::now();
    uint32_t ran = 0;
    for (uint32_t i = range.begin; i < range.end; ++i) {
        // What is done need not wait for something long.
        if (i != range.begin && m_block.transactions[i].tx->gas_limit >= large_gas) {
            hand_in({range.begin, i});
            range.begin = i;
        }
        ran += speculate(i, worker.speculation) ? 1 : 0;
    }
    hand_in(range);
    const std::chrono::duration<double> taken = Clock::now() - start;
    const double fitting = claimed_work * ran / std::max(taken.count(), 1e-9);
    worker.claim = static_cast<uint32_t>(std::clamp(fitting, 1.0, double{longest_claim}));
    worker.ran += ran;
    worker.seconds += taken.count();
    if (worker.ran < pace_period) return true;
    // Running with recording takes a little longer, which is left out of account: better once too often.
    if (m_window.parts.settings.speculate == Speculate::measured && !worth_speculating(worker.ran, worker.seconds))
        m_too_short.store(true, std::memory_order_relaxed);
    worker.ran = 0;
    worker.seconds = 0;
    return true;
}

/// Where one transaction after the other needs the one before, running it too early is in vain.
bool ParallelBlock::must_wait(uint32_t index) const {
    if (m_window.parts.settings.speculate == Speculate::everything) return false;
    const uint32_t before = m_contention.needed_before(index);
    return before != Contention::none && before >= m_next.load(std::memory_order_acquire) &&
           !m_slots[before].published.load(std::memory_order_acquire);
}

/// False where another was first, or it is left to the walk.
bool ParallelBlock::speculate(uint32_t index, Speculation& speculation) {
    Slot& slot = m_slots[index];
    if (must_wait(index)) return false;
    Stage expected = Stage::open;
    if (!slot.stage.compare_exchange_strong(expected, Stage::running, std::memory_order_acq_rel)) return false;
    const BlockTransaction& tx = m_block.transactions[index];
    Incarnation* t = m_window.parts.incarnations.borrow();
    speculation.run(tx, {.position = position(index), .sender = &tx.sender, .nonce = tx.tx->nonce}, *t);
    slot.incarnation = t;
    slot.fresh = true;
    if (t->outcome.invalid.code == ErrorCode::none) publish(*t, position(index));
    slot.published.store(true, std::memory_order_release);
    hand_over();
    return true;
}

/// What this thread ran of the range may be committed.
void ParallelBlock::hand_in(Range range) {
    for (uint32_t i = range.begin; i < range.end; ++i) {
        Slot& slot = m_slots[i];
        if (!std::exchange(slot.fresh, false)) continue;
        Incarnation* t = slot.incarnation;
        Stage expected = Stage::running;
        if (slot.stage.compare_exchange_strong(expected, Stage::done, std::memory_order_acq_rel)) continue;
        withdraw(*t, position(i));
        m_window.parts.incarnations.give_back(t);
    }
    note_progress();
}

void ParallelBlock::publish(const Incarnation& t, Position at) {
    for (const AccountEffect& e : t.effects.accounts) {
        AccountEntry* entry = t.accounts[e.row];
        if (!only_touches(e) && !m_window.committed.is_untold(e, entry)) m_window.parts.table.publish(*entry, at, e);
    }
    for (const SlotEffect& e : t.effects.slots) m_window.parts.table.publish(*t.slots[e.row], at, e.value);
}

void ParallelBlock::withdraw(const Incarnation& t, Position at) {
    if (t.outcome.invalid.code != ErrorCode::none) return;
    for (const AccountEffect& e : t.effects.accounts)
        if (!only_touches(e)) m_window.parts.table.withdraw(*t.accounts[e.row], at);
    for (const SlotEffect& e : t.effects.slots) m_window.parts.table.withdraw(*t.slots[e.row], at);
}

// ---- waiting

/// Something was committed or has become ready.
void ParallelBlock::note_progress() {
    m_progress.fetch_add(1, std::memory_order_seq_cst);
    if (m_sleepers.load(std::memory_order_seq_cst) != 0) m_progress.notify_all();
}

void ParallelBlock::wait_for_progress(uint32_t seen) {
    for (unsigned i = 0; i < 200; ++i) {
        if (m_progress.load(std::memory_order_acquire) != seen) return;
        pause_briefly();
    }
    m_sleepers.fetch_add(1, std::memory_order_seq_cst);
    m_progress.wait(seen, std::memory_order_seq_cst);
    m_sleepers.fetch_sub(1, std::memory_order_seq_cst);
}

}  // namespace warpevm
