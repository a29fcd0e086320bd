// SPDX-License-Identifier: Apache-2.0
#include "fallback/commit/commit_loop.hpp"

#include <algorithm>

#include "evm/chain/transaction_execution.hpp"

namespace warpevm {
namespace {

/// Gas after which the clock is read, alone: reading it costs a hundredth of executing so much.
constexpr uint64_t clocked_gas = 100'000;

/// Incarnations in a piece of clearing them.
constexpr size_t given_back_at_once = 256;

/// The table is emptied for a window that needs it.
WindowTable table_of(Window& window, const StateView& state) {
    return {window.parts.table, *window.parts.stretches.borrow(), [&window, &state] {
                // Accounts, and half of the slots: for the size of the table's index.
                const size_t keys = 4 * size_t{window.order.count()};
                window.parts.stretches.for_each([](EntryStretches& s) { s.clear(); });
                window.parts.table.reset(state, keys, 2 * keys);
            }};
}

}  // namespace

CommitLoop::OpenBlock::OpenBlock(CommitLoop& loop, uint32_t block_number)
    : number(block_number),
      first(loop.m_window.order.first_of(block_number)),
      end(loop.m_window.order.first_of(block_number + 1)),
      input(loop.m_window.order.blocks()[block_number]),
      machine(loop.m_committed.journal(), loop.m_window.parts.serial->buffers(), outcome.logs, input.rules,
              input.environment),
      back_offs_before(loop.m_window.progress.counters().back_offs) {
    machine.set_interpreter(loop.m_window.parts.serial->interpreter);
    machine.set_cancellation(loop.m_window.parts.serial->cancellation());
    outcome.transactions.reserve(input.transactions.size());
    outcome.cumulative_gas.reserve(input.transactions.size());
}

CommitLoop::CommitLoop(Window& window, const StateView& state, bool is_lent)
    : m_window(window),
      m_committed(table_of(window, state), state, window.parts.serial->codes(), window.may_assume()),
      m_roots(window.order.blocks(), window.options),
      m_for_each([this](size_t count, const std::function<void(size_t)>& work) {
          const double from = clock_seconds();
          m_window.for_each(count, work);
          m_shared_seconds += clock_seconds() - from;
      }) {
    if (m_roots.are_wanted()) m_committed.list_changes();
    if (is_lent) m_committed.begin_table();
}

/// What was executed since it was cancelled means nothing.
void CommitLoop::end_if_cancelled() {
    if (!m_window.parts.serial->cancellation().is_cancelled()) return;
    m_committed.journal().missing().end_with_cancellation();
    m_window.stop();
}

void CommitLoop::open_and_close_rest() {
    end_if_cancelled();
    for (; !m_window.progress.stopped() && m_opened < m_window.order.blocks().size(); close()) open(m_opened);
    end_if_cancelled();  // it may have come meanwhile
}

Result<std::vector<BlockOutcome>> CommitLoop::take_outcomes() {
    if (m_committed.journal().missing().error) return tl::unexpected(*m_committed.journal().missing().error);
    if (m_block) {  // it is invalid
        BlockOutcome rejected{};
        rejected.verdict = std::move(m_block->outcome.verdict);
        m_committed.take_assumed(rejected.assumed_accounts, rejected.assumed_slots);
        m_routes.push_back(m_block->routes);
        m_window.sealing.add_rejected(std::move(rejected));
    }
    return m_window.sealing.take();
}

// ---- blocks

void CommitLoop::before(uint32_t index) {
    if (m_block && index < m_block->end) return;
    const uint32_t number = m_window.order.block_of(index);
    while (m_opened <= number && !m_window.progress.stopped()) {
        open(m_opened);
        if (m_opened <= number) close();  // it has no transactions
    }
}

void CommitLoop::open(uint32_t number) {
    ++m_opened;
    const BlockInput& input = m_window.order.blocks()[number];
    m_committed.begin_block(input.rules.at_least(Fork::spurious_dragon), m_window.order.start_of(number));
    m_block.emplace(*this, number);
    open_block(m_block->machine, input, m_window.options);
    if (m_committed.journal().missing().error) return m_window.stop();
    if (!m_on_table) return;
    m_committed.use_table(m_window.order.opening_of(number));
    defer_credits(number, number + 1);
}

void CommitLoop::close() {
    if (m_window.progress.stopped()) return;
    OpenBlock& block = *m_block;
    m_committed.use_journal();
    const bool valid = close_block(block.machine, block.input, m_window.options, block.outcome);
    if (!valid || m_committed.journal().missing().error) return m_window.stop();
    const Position end = m_window.order.closing_of(block.number);
    CommittedState::BlockResult changes = m_committed.take_block(end);
    m_committed.take_assumed(block.outcome.assumed_accounts, block.outcome.assumed_slots);
    m_committed.end_block(end + 1, /*more=*/m_opened < m_window.order.blocks().size());
    block.routes.back_offs = m_window.progress.counters().back_offs - block.back_offs_before;
    block.routes.given_back = m_window.given_back.take(block.number);
    m_routes.push_back(block.routes);
    const bool ends_window = !block.outcome.verdict.valid();
    m_window.sealing.add(block.input, std::move(block.outcome), std::move(changes));
    m_block.reset();
    if (ends_window) m_window.stop();
}

// ---- the serial journal

double CommitLoop::execute_alone(uint32_t index) {
    if (m_window.progress.stopped() || !execute_on_journal(index)) return 0;
    m_alone.unclocked_gas += m_block->outcome.transactions.back().gas_used;
    if (m_alone.unclocked_gas < clocked_gas) return 0;
    const double before = m_alone.clocked;
    m_alone = {};
    return m_alone.clocked - before;
}

/// Executes the next transaction in block order. False where it ends the window.
bool CommitLoop::execute_on_journal(uint32_t index) {
    OpenBlock& block = *m_block;
    const BlockTransaction& tx = block[index];
    const TransactionOutcome outcome =
        execute_transaction(block.machine, tx, allowance(block.input, block.outcome));
    end_if_cancelled();
    if (m_committed.journal().missing().error) return m_window.stop(), false;
    if (outcome.invalid.code != ErrorCode::none && m_window.options.on_invalid == OnInvalid::reject_block) {
        block.outcome.verdict = {outcome.invalid, index - block.first};
        return m_window.stop(), false;
    }
    append(outcome, tx);
    return true;
}

void CommitLoop::append(const TransactionOutcome& outcome, const BlockTransaction& tx) {
    append_transaction(m_block->outcome, outcome, tx);
    if (m_roots.are_wanted() && !m_roots.add(m_committed.take_changes(), m_block->input.rules,
                                             m_block->outcome, m_committed.journal().missing()))
        m_window.stop();
}

void CommitLoop::enter_table() {
    m_on_table = true;
    m_has_backed_off = false;
    if (m_block)
        m_committed.use_table(m_window.order.before(m_window.progress.next()));
    else
        m_committed.begin_table();  // the next one is opened on it
    // Once for all blocks to come, since that takes as long as they are many; else for this one.
    const auto end = static_cast<uint32_t>(m_window.order.blocks().size());
    const uint32_t first = m_block ? m_block->number : m_opened;
    defer_credits(first, std::exchange(m_credits_deferred, true) ? std::min(first + 1, end) : end);
}

void CommitLoop::leave_table() {
    m_on_table = false;
    m_has_backed_off = true;
    if (m_block) m_committed.use_journal();
    m_alone = {};
}

/// Fees are deferred credit from here on, until one observes them.
void CommitLoop::defer_credits(uint32_t first, uint32_t end) {
    for (uint32_t i = first; i < end; ++i) {
        const Row row = m_committed.intern(m_window.order.blocks()[i].environment.beneficiary);
        m_window.parts.table.account(row).defers_credit.store(true, std::memory_order_relaxed);
    }
}

// ---- one turn

bool CommitLoop::validate(uint32_t index, const Incarnation& t) {
    return !m_window.progress.stopped() && !t.undecided && t.outcome.invalid.code == ErrorCode::none &&
           allowance(m_block->input, m_block->outcome).fits(*(*m_block)[index].tx) && m_committed.validate(t);
}

void CommitLoop::commit(uint32_t index, WorkerPlace::How how, Incarnation* in_turn) {
    end_if_cancelled();
    if (m_window.progress.stopped()) return;
    Incarnation* const ahead = m_window.published.take(index);
    const bool is_kept = how == WorkerPlace::valid;
    const bool was_estimate = how == WorkerPlace::stale || (ahead != nullptr && ahead->number != 0);
    count(how, ahead);
    if (is_kept) commit_incarnation(index, *ahead);
    if (in_turn != nullptr) {
        commit_in_turn(index, *in_turn);
        m_window.parts.give_back(in_turn);
    }
    if (ahead != nullptr) {
        if (!is_kept) m_window.published.withdraw(*ahead);
        m_window.parts.give_back(ahead);
    }
    m_window.suspended.committed(m_window.order.position_in(m_block->number, index));
    if (was_estimate) m_window.suspended.wake_all();
    m_window.hand_over();
    if (index + 1 == m_block->end) close();
}

/// Everything before it is committed, so what was executed in its turn is valid unless it is undecided or
/// says that the transaction is invalid: then it is executed on the journal.
void CommitLoop::commit_in_turn(uint32_t index, Incarnation& t) {
    if (validate(index, t)) {
        m_block->routes.transfers += t.is_transfer ? 1 : 0;
        commit_incarnation(index, t);
        return;
    }
    m_committed.use_journal();
    if (execute_on_journal(index)) m_committed.use_table(m_window.order.position_of(index));
}

void CommitLoop::commit_incarnation(uint32_t index, Incarnation& t) {
    m_committed.commit(t, m_window.order.position_in(m_block->number, index));
    const auto first = static_cast<uint32_t>(m_block->outcome.logs.size());
    for (uint32_t i = t.outcome.first_log; i < t.outcome.first_log + t.outcome.log_count; ++i) {
        const LogRecord& log = (*t.records.logs)[i];
        m_block->outcome.logs.add(log.address, t.records.logs->topics(log), t.records.logs->data(log));
    }
    t.outcome.first_log = first;
    append(t.outcome, (*m_block)[index]);
}

void CommitLoop::count(WorkerPlace::How how, const Incarnation* ahead) {
    RouteReport& routes = m_block->routes;
    const bool elsewhere = ahead != nullptr && ahead->elsewhere != nullptr;
    routes.again += ahead != nullptr ? ahead->number : 0;
    switch (how) {
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

// ---- several turns at once

uint32_t CommitLoop::batch_end(uint32_t index) const {
    return m_window.progress.stopped() || !m_committed.takes_batches() ? index : m_block->end;
}

HeldBatch CommitLoop::validate_batch(uint32_t begin, uint32_t end) {
    const double from = clock_seconds();
    m_shared_seconds = 0;
    const auto batch = m_window.published.between(begin, end);
    m_batch.gather(batch,
                   std::span(m_block->input.transactions).subspan(begin - m_block->first, batch.size()),
                   m_for_each);
    const uint32_t fitting = m_batch.fitting(allowance(m_block->input, m_block->outcome));
    const uint32_t held = m_committed.validate_batch(
        batch.first(fitting), m_window.order.position_in(m_block->number, begin), m_for_each);
    const double executing = m_batch.sums(held).seconds;
    m_block->routes.ordered_seconds += clock_seconds() - from - m_shared_seconds;
    return {begin + held, executing};
}

void CommitLoop::commit_batch(uint32_t begin, uint32_t end) {
    end_if_cancelled();
    if (m_window.progress.stopped()) return;
    const uint32_t count = end - begin;
    const double from = clock_seconds();
    m_shared_seconds = 0;
    m_committed.commit_batch(count, m_for_each);
    m_batch.append_to(m_block->outcome, count, m_for_each);
    const BatchOutcome::Sums sums = m_batch.sums(count);
    m_block->routes.count(Route::elsewhere, sums.elsewhere);
    m_block->routes.count(Route::ahead, count - sums.elsewhere);
    m_block->routes.transfers += sums.transfers;
    m_block->routes.again += sums.again;
    m_block->routes.batched += count;
    const auto batch = m_window.published.between(begin, end);
    const size_t pieces = count / given_back_at_once + 1;
    m_for_each(pieces, [&](size_t piece) {
        const size_t first = piece_begin(count, pieces, piece);
        const auto some = batch.subspan(first, piece_begin(count, pieces, piece + 1) - first);
        m_window.parts.give_back(some);
        std::fill(some.begin(), some.end(), nullptr);
    });
    m_window.suspended.committed(m_window.order.position_in(m_block->number, end - 1));
    if (sums.again != 0) m_window.suspended.wake_all();
    m_block->routes.ordered_seconds += clock_seconds() - from - m_shared_seconds;
    m_window.hand_over();
    if (end == m_block->end) close();
}

}  // namespace warpevm
