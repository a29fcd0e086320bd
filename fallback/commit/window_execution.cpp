// SPDX-License-Identifier: Apache-2.0
#include "fallback/commit/window_execution.hpp"

#include <chrono>
#include <mutex>

namespace warpevm {
namespace {

double clock_seconds() {
    using Clock = std::chrono::steady_clock;
    return std::chrono::duration<double>(Clock::now().time_since_epoch()).count();
}

/// Gas after which the clock is read, alone: reading it costs a hundredth of executing so much.
constexpr uint64_t clocked_gas = 100'000;

/// Incarnations in a piece of clearing them.
constexpr size_t given_back_at_once = 256;

}  // namespace

// ---- a worker

WindowExecution::Worker::~Worker() {
    m_speculation.reset();
    if (m_buffers != nullptr) m_window.m_parts.buffers.give_back(m_buffers);
    if (m_stretches != nullptr) m_window.m_parts.stretches.give_back(m_stretches);
}

double WindowExecution::Worker::execute(uint32_t index, bool ahead, Incarnation& result) {
    if (!m_speculation) {
        ParallelContext::Parts& parts = m_window.m_parts;
        m_stretches = parts.stretches.borrow();
        m_buffers = parts.buffers.borrow();
        const Speculation::Shared shared{parts.table, parts.serial->codes(), m_window.m_options,
                                         parts.serial->interpreter, parts.serial->cancellation()};
        m_speculation.emplace(shared, *m_stretches, *m_buffers);
        m_wait_for = [this](Position earlier) {
            const double from = clock_seconds();
            const bool came = m_window.wait_for_commit(earlier);
            m_waited += clock_seconds() - from;
            return came;
        };
    }
    const WindowOrder& order = m_window.m_order;
    const BlockTransaction& tx = order[index];
    PositionView::Reader reader{.position = order.position_of(index)};
    if (ahead && tx.tx != nullptr) {
        reader.sender = &tx.sender;
        reader.nonce = tx.tx->nonce;
        reader.wait_for = &m_wait_for;
    }
    m_waited = 0;
    const double begin = clock_seconds();
    m_speculation->run(order.block_with(index), order.place_of(index), reader, result);
    return result.seconds = clock_seconds() - begin - m_waited;
}

// ---- the window

WindowExecution::OpenBlock::OpenBlock(WindowExecution& window, uint32_t block_number)
    : number(block_number),
      first(window.m_order.first_of(block_number)),
      end(window.m_order.first_of(block_number + 1)),
      input(window.m_order.blocks()[block_number]),
      machine(window.m_committed.journal(), window.m_parts.serial->buffers(), outcome.logs, input.rules,
              input.environment),
      back_offs_before(window.m_progress.counters().back_offs) {
    machine.set_interpreter(window.m_parts.serial->interpreter);
    machine.set_cancellation(window.m_parts.serial->cancellation());
    outcome.transactions.reserve(input.transactions.size());
    outcome.cumulative_gas.reserve(input.transactions.size());
}

WindowExecution::WindowExecution(ParallelContext::Parts& parts, std::span<const BlockInput> blocks,
                                 const StateView& state, const ExecutionOptions& options, bool is_lent)
    : m_parts(parts),
      m_options(options),
      m_order(blocks),
      m_progress(m_order.gas_for_code()),
      m_incarnations(m_order.count()),
      m_for_each([this](size_t count, const std::function<void(size_t)>& work) {
          m_pieces.run(count, work, [this] { m_idle.wake_one(); });
      }),
      m_receiving(parts, m_order, may_assume()),
      m_sealing(parts.serial->codes()),
      m_stretches(*parts.stretches.borrow()),
      m_committed({parts.table, m_stretches,
                   [this, &state] {
                       // Accounts, and half of the slots: for the size of the table's index.
                       const size_t keys = 4 * size_t{m_order.count()};
                       m_parts.stretches.for_each([](EntryStretches& s) { s.clear(); });
                       m_parts.table.reset(state, keys, 2 * keys);
                   }},
                  state, parts.serial->codes(), may_assume()),
      m_roots(blocks, options),
      m_for_each_in_batch([this](size_t count, const std::function<void(size_t)>& work) {
          const double from = clock_seconds();
          m_for_each(count, work);
          m_shared_seconds += clock_seconds() - from;
      }) {
    if (m_roots.are_wanted()) m_committed.list_changes();
    if (is_lent) m_committed.begin_table();
    m_clocked = clock_seconds();
}

WindowExecution::~WindowExecution() {
    for (Incarnation* t : m_incarnations)  // where the window ended early
        if (t != nullptr) t->clear();
    m_parts.take_all_back();
}

Result<std::vector<BlockOutcome>> WindowExecution::finish(Worker& w) {
    if (m_thrown) std::rethrow_exception(m_thrown);
    end_if_cancelled();
    // Blocks without transactions at the window's end, if it comes to that.
    const size_t blocks = m_order.blocks().size();
    for (; !m_progress.stopped() && m_opened < blocks; close_open_block()) open_block_number(m_opened);
    end_if_cancelled();  // it may have come meanwhile
    while (help(w)) {
    }
    if (m_committed.journal().missing().error) return tl::unexpected(*m_committed.journal().missing().error);
    if (m_block) {  // it is invalid
        BlockOutcome rejected{};
        rejected.verdict = std::move(m_block->outcome.verdict);
        m_committed.take_assumed(rejected.assumed_accounts, rejected.assumed_slots);
        m_routes.push_back(m_block->routes);
        m_sealing.add_rejected(std::move(rejected));
    }
    return m_sealing.take();
}

/// What was claimed, borrowed or half entered stays as it is: it is not read any more. The commit lock stays
/// held, if it was: no thread commits on from a half-done commit.
void WindowExecution::stop_for(std::exception_ptr thrown) noexcept {
    {
        const std::lock_guard held(m_thrown_lock);
        if (!m_thrown) m_thrown = std::move(thrown);
    }
    stop();
}

void WindowExecution::stop() noexcept {
    m_progress.stop();
    wake_all();
}

void WindowExecution::wake_all() noexcept {
    m_idle.wake_all();
    m_suspended.wake_all();
}

/// Until the transaction at `position` has committed; false where it never will.
bool WindowExecution::wait_for_commit(Position position) {
    for (;;) {
        const uint32_t seen = m_suspended.ticket();
        if (m_committed_position.load(std::memory_order_acquire) >= position) return true;
        if (m_progress.over()) return false;
        m_suspended.park(seen);
    }
}

/// What was executed since then means nothing.
void WindowExecution::end_if_cancelled() {
    if (!m_parts.serial->cancellation().is_cancelled()) return;
    m_committed.journal().missing().end_with_cancellation();
    stop();
}

// ---- blocks

void WindowExecution::before(Worker& w, uint32_t index) {
    (void)w;
    if (m_block && index < m_block->end) return;
    const uint32_t number = m_order.block_of(index);
    while (m_opened <= number && !m_progress.stopped()) {
        open_block_number(m_opened);
        if (m_opened <= number) close_open_block();  // it has no transactions
    }
}

void WindowExecution::open_block_number(uint32_t number) {
    ++m_opened;
    const BlockInput& input = m_order.blocks()[number];
    m_committed.begin_block(input.rules.at_least(Fork::spurious_dragon), m_order.start_of(number));
    m_block.emplace(*this, number);
    open_block(m_block->machine, input, m_options);
    if (m_committed.journal().missing().error) return stop();
    if (!m_on_table) return;
    m_committed.use_table(m_order.opening_of(number));
    defer_credits(number, number + 1);
}

void WindowExecution::close_open_block() {
    if (m_progress.stopped()) return;
    OpenBlock& block = *m_block;
    m_committed.use_journal();
    const bool valid = close_block(block.machine, block.input, m_options, block.outcome);
    if (!valid || m_committed.journal().missing().error) return stop();
    const Position end = m_order.closing_of(block.number);
    CommittedState::BlockResult changes = m_committed.take_block(end);
    m_committed.take_assumed(block.outcome.assumed_accounts, block.outcome.assumed_slots);
    m_committed.end_block(end + 1, /*more=*/m_opened < m_order.blocks().size());
    block.routes.back_offs = m_progress.counters().back_offs - block.back_offs_before;
    {
        const std::lock_guard held(m_given_back_lock);
        block.routes.given_back = std::move(m_given_back[block.number]);
    }
    m_routes.push_back(block.routes);
    const bool ends_window = !block.outcome.verdict.valid();
    m_sealing.add(block.input, std::move(block.outcome), std::move(changes));
    m_block.reset();
    if (ends_window) stop();
}

/// Fees are deferred credit from here on, until one observes them.
void WindowExecution::defer_credits(uint32_t first, uint32_t end) {
    for (uint32_t i = first; i < end; ++i) {
        const Row row = m_committed.intern(m_order.blocks()[i].environment.beneficiary);
        m_parts.table.account(row).defers_credit.store(true, std::memory_order_relaxed);
    }
}

// ---- the serial journal

double WindowExecution::execute_alone(Worker& w, uint32_t index) {
    if (m_progress.stopped() || !execute_on_journal(index)) return 0;
    m_unclocked += m_block->outcome.transactions.back().gas_used;
    if (m_unclocked < clocked_gas) return 0;
    m_unclocked = 0;
    const double at = now(w);
    return at - std::exchange(m_clocked, at);
}

/// Executes the next transaction in block order. False where it ends the window.
bool WindowExecution::execute_on_journal(uint32_t index) {
    OpenBlock& block = *m_block;
    const BlockTransaction& tx = block[index];
    const TransactionOutcome outcome =
        execute_transaction(block.machine, tx, allowance(block.input, block.outcome));
    end_if_cancelled();
    if (m_committed.journal().missing().error) return stop(), false;
    if (outcome.invalid.code != ErrorCode::none && m_options.on_invalid == OnInvalid::reject_block) {
        block.outcome.verdict = {outcome.invalid, index - block.first};
        return stop(), false;
    }
    append(outcome, tx);
    return true;
}

void WindowExecution::append(const TransactionOutcome& outcome, const BlockTransaction& tx) {
    append_transaction(m_block->outcome, outcome, tx);
    if (m_roots.are_wanted() && !m_roots.add(m_committed.take_changes(), m_block->input.rules,
                                             m_block->outcome, m_committed.journal().missing()))
        stop();
}

void WindowExecution::enter_table(Worker& w) {
    (void)w;
    m_on_table = true;
    m_has_backed_off = false;
    if (m_block)
        m_committed.use_table(m_order.before(m_progress.next()));
    else
        m_committed.begin_table();  // the next one is opened on it
    // Once for all blocks to come, since that takes as long as they are many; else for this one.
    const auto end = static_cast<uint32_t>(m_order.blocks().size());
    const uint32_t first = m_block ? m_block->number : m_opened;
    defer_credits(first, std::exchange(m_credits_deferred, true) ? std::min(first + 1, end) : end);
}

void WindowExecution::leave_table(Worker& w) {
    m_on_table = false;
    m_has_backed_off = true;
    if (m_block) m_committed.use_journal();
    m_unclocked = 0;
    m_clocked = now(w);
}

// ---- execution ahead

bool WindowExecution::execute_ahead(Worker& w, uint32_t index) {
    hand_over();
    w.executed = m_parts.incarnations.borrow();
    w.seconds = w.execute(index, /*ahead=*/true, *w.executed);
    return true;
}

double WindowExecution::seconds_ahead(const Worker& w) const {
    return w.seconds;
}

void WindowExecution::publish(Worker& w, uint32_t index) {
    Incarnation* t = std::exchange(w.executed, nullptr);
    if (t->outcome.invalid.code == ErrorCode::none) publish_effects(*t, m_order.position_of(index));
    m_incarnations[index] = t;
    hand_over();
}

void WindowExecution::publish_effects(Incarnation& t, Position at) {
    t.account_versions.reserve(t.records.account_effects.size());
    t.slot_versions.reserve(t.records.slot_effects.size());
    for (const AccountEffect& e : t.records.account_effects) {
        AccountVersion& version = t.account_versions.emplace_back(at, e);
        AccountEntry& entry = m_parts.table.account(e.row);
        const bool is_credit = !has(e, WROTE_NONCE | WROTE_CODE | WIPED);
        const bool is_deferred = is_credit && entry.defers_credit.load(std::memory_order_relaxed);
        if (!only_touches(e) && !is_deferred) m_parts.table.publish(entry, version);
    }
    for (const SlotEffect& e : t.records.slot_effects)
        m_parts.table.publish(m_parts.table.slot(e.row), t.slot_versions.emplace_back(at, e.value));
}

/// Does nothing to versions that were not published.
void WindowExecution::withdraw(Incarnation& t) {
    for (size_t i = 0; i < t.account_versions.size(); ++i)
        m_parts.table.withdraw(m_parts.table.account(t.records.account_effects[i].row),
                               t.account_versions[i]);
    for (size_t i = 0; i < t.slot_versions.size(); ++i)
        m_parts.table.withdraw(m_parts.table.slot(t.records.slot_effects[i].row), t.slot_versions[i]);
}

/// A reader of an estimate suspends: what it would read now is likely to change, and it would be stale.
void WindowExecution::mark_estimate(Worker& w, uint32_t index) {
    (void)w;
    Incarnation& t = *m_incarnations[index];
    for (size_t i = 0; i < t.account_versions.size(); ++i)
        m_parts.table.mark_estimate(m_parts.table.account(t.records.account_effects[i].row),
                                    t.account_versions[i]);
    for (size_t i = 0; i < t.slot_versions.size(); ++i)
        m_parts.table.mark_estimate(m_parts.table.slot(t.records.slot_effects[i].row), t.slot_versions[i]);
}

// ---- results from elsewhere

/// From here on the commit loop waits for those that were accepted, as for what a thread executes.
size_t WindowExecution::hand_in(std::span<const Claims::Loan> loans, TransactionResults results) {
    size_t accepted = 0;
    try {
        std::vector<Receiving::Index> indices(loans.size());
        for (size_t i = 0; i < loans.size(); ++i)
            if (m_progress.claims().accept(loans[i])) {
                indices[i] = loans[i].index;
                ++accepted;
            }
        if (accepted != 0) m_receiving.add(std::move(indices), std::move(results));
    } catch (...) {
        stop_for(std::current_exception());
    }
    m_idle.wake_one();
    return accepted;
}

bool WindowExecution::receive_some(Worker& w) {
    (void)w;
    return receive_one();
}

/// Whoever borrows reads what it handed in before, though it was only queued.
void WindowExecution::receive_all() {
    try {
        while (receive_one()) {
        }
        while (m_receiving.has_more() && !m_progress.stopped()) pause_briefly();
    } catch (...) {
        stop_for(std::current_exception());
    }
}

bool WindowExecution::receive_one() {
    const Receiving::Target target{
        .arrived = [this](uint32_t index, Incarnation* t) { arrived(index, t); },
        .is_wrong =
            [this](uint32_t index) {
                m_progress.claims().drop(index);
                count_given_back(index, "visibly_wrong");
            },
    };
    return m_receiving.some(target, m_for_each);
}

void WindowExecution::arrived(uint32_t index, Incarnation* t) {
    publish_effects(*t, m_order.position_of(index));
    m_incarnations[index] = t;
    m_progress.claims().hand_in(index);
    hand_over();
}

void WindowExecution::give_back(const Claims::Loan& loan, std::string_view why) {
    if (m_progress.claims().give_back(loan)) count_given_back(loan.index, why);
    m_idle.wake_one();
}

void WindowExecution::count_given_back(uint32_t index, std::string_view why) {
    const std::lock_guard held(m_given_back_lock);
    ++m_given_back[m_order.block_of(index)][std::string(why)];
}

// ---- the turn

bool WindowExecution::validate(Worker& w, uint32_t index) {
    (void)w;
    const Incarnation& t = *m_incarnations[index];
    return !m_progress.stopped() && !t.undecided && t.outcome.invalid.code == ErrorCode::none &&
           allowance(m_block->input, m_block->outcome).fits(*(*m_block)[index].tx) && m_committed.validate(t);
}

double WindowExecution::execute_in_turn(Worker& w, uint32_t index) {
    if (m_progress.stopped()) return 0;
    w.executed = m_parts.incarnations.borrow();
    return w.execute(index, /*ahead=*/false, *w.executed);
}

void WindowExecution::commit(Worker& w, uint32_t index) {
    end_if_cancelled();
    if (m_progress.stopped()) return;
    Incarnation* ahead = std::exchange(m_incarnations[index], nullptr);
    const bool kept = w.place.how == WorkerPlace::valid;
    count(w, ahead);
    if (kept)
        commit_incarnation(index, *ahead);
    else if (w.place.how != WorkerPlace::alone)
        commit_in_turn(w, index);
    if (ahead != nullptr) {
        if (!kept) withdraw(*ahead);
        m_parts.give_back(ahead);
    }
    m_committed_position.store(m_order.position_in(m_block->number, index), std::memory_order_release);
    if (w.place.how == WorkerPlace::stale) m_suspended.wake_all();
    hand_over();
    if (index + 1 == m_block->end) close_open_block();
}

// ---- several turns at once

uint32_t WindowExecution::batch_end(Worker& w, uint32_t index) const {
    (void)w;
    return m_progress.stopped() || !m_committed.takes_batches() ? index : m_block->end;
}

HeldBatch WindowExecution::validate_batch(Worker& w, uint32_t begin, uint32_t end) {
    (void)w;
    const double from = clock_seconds();
    m_shared_seconds = 0;
    const auto batch = std::span(m_incarnations).subspan(begin, end - begin);
    m_batch.gather(batch,
                   std::span(m_block->input.transactions).subspan(begin - m_block->first, batch.size()),
                   m_for_each_in_batch);
    const uint32_t fitting = m_batch.fitting(allowance(m_block->input, m_block->outcome));
    const uint32_t held = m_committed.validate_batch(
        batch.first(fitting), m_order.position_in(m_block->number, begin), m_for_each_in_batch);
    const double executing = m_batch.sums(held).seconds;
    m_block->routes.ordered_seconds += clock_seconds() - from - m_shared_seconds;
    return {begin + held, executing};
}

void WindowExecution::commit_batch(Worker& w, uint32_t begin, uint32_t end) {
    (void)w;
    end_if_cancelled();
    if (m_progress.stopped()) return;
    const uint32_t count = end - begin;
    const double from = clock_seconds();
    m_shared_seconds = 0;
    m_committed.commit_batch(count, m_for_each_in_batch);
    m_batch.append_to(m_block->outcome, count, m_for_each_in_batch);
    const BatchOutcome::Sums sums = m_batch.sums(count);
    m_block->routes.count(Route::elsewhere, sums.elsewhere);
    m_block->routes.count(Route::ahead, count - sums.elsewhere);
    m_block->routes.transfers += sums.transfers;
    m_block->routes.batched += count;
    const size_t pieces = count / given_back_at_once + 1;
    m_for_each_in_batch(pieces, [&](size_t piece) {
        const size_t first = begin + piece_begin(count, pieces, piece);
        const auto some =
            std::span(m_incarnations).subspan(first, begin + piece_begin(count, pieces, piece + 1) - first);
        m_parts.give_back(some);
        std::fill(some.begin(), some.end(), nullptr);
    });
    m_committed_position.store(m_order.position_in(m_block->number, end - 1), std::memory_order_release);
    m_block->routes.ordered_seconds += clock_seconds() - from - m_shared_seconds;
    hand_over();
    if (end == m_block->end) close_open_block();
}

/// Everything before it is committed, so what was executed in its turn is valid unless it is undecided or
/// says that the transaction is invalid: then it is executed on the journal.
void WindowExecution::commit_in_turn(Worker& w, uint32_t index) {
    Incarnation* t = std::exchange(w.executed, nullptr);
    const bool decided = !t->undecided && t->outcome.invalid.code == ErrorCode::none &&
                         allowance(m_block->input, m_block->outcome).fits(*(*m_block)[index].tx) &&
                         m_committed.validate(*t);
    if (decided) {
        m_block->routes.transfers += t->is_transfer ? 1 : 0;
        commit_incarnation(index, *t);
    } else {
        m_committed.use_journal();
        if (execute_on_journal(index)) m_committed.use_table(m_order.position_of(index));
    }
    m_parts.give_back(t);
}

void WindowExecution::commit_incarnation(uint32_t index, Incarnation& t) {
    m_committed.commit(t, m_order.position_in(m_block->number, index));
    const auto first = static_cast<uint32_t>(m_block->outcome.logs.size());
    for (uint32_t i = t.outcome.first_log; i < t.outcome.first_log + t.outcome.log_count; ++i) {
        const LogRecord& log = (*t.records.logs)[i];
        m_block->outcome.logs.add(log.address, t.records.logs->topics(log), t.records.logs->data(log));
    }
    t.outcome.first_log = first;
    append(t.outcome, (*m_block)[index]);
}

void WindowExecution::count(const Worker& w, const Incarnation* ahead) {
    RouteReport& routes = m_block->routes;
    const bool elsewhere = ahead != nullptr && ahead->elsewhere != nullptr;
    switch (w.place.how) {
        case WorkerPlace::alone: routes.count(m_has_backed_off ? Route::backed_off : Route::too_short); break;
        case WorkerPlace::fresh: routes.count(Route::in_turn); break;
        case WorkerPlace::valid:
            routes.count(elsewhere ? Route::elsewhere : Route::ahead);
            routes.transfers += ahead->is_transfer ? 1 : 0;
            break;
        case WorkerPlace::batch: break;  // counted together
        case WorkerPlace::stale:
            routes.count(elsewhere          ? Route::elsewhere_stale
                         : ahead->undecided ? Route::undecided
                                            : Route::stale);
            routes.repeated_gas += ahead->outcome.gas_used;
            break;
    }
}

// ---- time, waking, helping

double WindowExecution::now(const Worker& w) const {
    (void)w;
    return clock_seconds();
}

void WindowExecution::wake_one(Worker& w) {
    (void)w;
    m_idle.wake_one();
}

void WindowExecution::call_one(Worker& w) {
    (void)w;
    if (!m_idle.wake_one()) m_parts.helpers.call();
}

bool WindowExecution::help(Worker& w) {
    if (!m_pieces.join()) return m_sealing.some(m_for_each);
    wake_one(w);  // whoever is woken wakes the next
    return true;
}

}  // namespace warpevm
