// SPDX-License-Identifier: Apache-2.0
#include "fallback/commit/window_execution.hpp"

#include <mutex>

#include "fallback/table/observations_ahead.hpp"

namespace warpevm {

Result<std::vector<BlockOutcome>> WindowExecution::finish(Worker& w) {
    if (m_thrown) std::rethrow_exception(m_thrown);
    m_commit_loop.open_and_close_rest();
    while (help(w)) {
    }
    return m_commit_loop.take_outcomes();
}

/// What was claimed, borrowed or half entered stays as it is: it is not read any more. The commit lock stays
/// held, if it was: no thread commits on from a half-done commit.
void WindowExecution::stop_for(std::exception_ptr thrown) noexcept {
    {
        const std::lock_guard held(m_thrown_lock);
        if (!m_thrown) m_thrown = std::move(thrown);
    }
    m_window.stop();
}

// ---- execution ahead

bool WindowExecution::execute_ahead(Worker& w, uint32_t index) {
    m_window.hand_over();
    w.seconds = w.execute(index, /*ahead=*/true);
    return true;
}

void WindowExecution::publish(Worker& w, uint32_t index) {
    if (Incarnation* const stale = m_window.published.take(index)) {
        w.executed->number = stale->number + 1;
        m_window.published.withdraw(*stale);
        m_window.parts.give_back(stale);
    }
    m_window.published.add(index, *std::exchange(w.executed, nullptr), m_window.order.position_of(index));
    m_window.hand_over();
}

/// Where it can't be told, it is left to the commit loop.
bool WindowExecution::holds_ahead(Worker& /*w*/, uint32_t index) const {
    const WindowOrder& order = m_window.order;
    const BlockTransaction& tx = order[index];
    const Incarnation& t = m_window.published[index];
    if (tx.tx == nullptr || t.undecided || t.outcome.invalid.code != ErrorCode::none) return true;
    const ObservationsAhead ahead(m_window.parts.table, order.position_of(index),
                                  order.block_with(index).rules.at_least(Fork::spurious_dragon));
    return ahead.hold(t.records, tx.sender, tx.tx->nonce).value_or(true);
}

void WindowExecution::resume_readers(Worker& /*w*/, uint32_t /*index*/) {
    m_window.suspended.wake_all();
}

// ---- results from elsewhere

/// From here on the commit loop waits for those that were accepted, as for what a thread executes.
size_t WindowExecution::hand_in(std::span<const Claims::Loan> loans, TransactionResults results) {
    size_t accepted = 0;
    try {
        std::vector<Receiving::Index> indices(loans.size());
        for (size_t i = 0; i < loans.size(); ++i)
            if (m_window.progress.claims().accept(loans[i])) {
                indices[i] = loans[i].index;
                ++accepted;
            }
        if (accepted != 0) m_receiving.add(std::move(indices), std::move(results));
    } catch (...) {
        stop_for(std::current_exception());
    }
    m_window.idle.wake_one();
    return accepted;
}

/// Whoever borrows reads what it handed in before, though it was only queued.
void WindowExecution::receive_all() {
    if (!m_receiving.has_more()) return;
    try {
        while (receive_one()) {
        }
        while (m_receiving.has_more() && !m_window.progress.stopped()) pause_briefly();
    } catch (...) {
        stop_for(std::current_exception());
    }
}

bool WindowExecution::receive_one() {
    const Receiving::Target target{
        .arrived = [this](uint32_t index, Incarnation* t) { arrived(index, t); },
        .is_wrong =
            [this](uint32_t index) {
                m_window.progress.claims().drop(index);
                count_given_back(index, "visibly_wrong");
            },
    };
    return m_receiving.some(target, m_window.for_each);
}

void WindowExecution::arrived(uint32_t index, Incarnation* t) {
    m_window.published.add(index, *t, m_window.order.position_of(index));
    m_window.progress.claims().hand_in(index);
    m_window.hand_over();
}

void WindowExecution::give_back(const Claims::Loan& loan, std::string_view why) {
    if (m_window.progress.claims().give_back(loan)) count_given_back(loan.index, why);
    m_window.idle.wake_one();
}

// ---- helping

bool WindowExecution::help(Worker& w) {
    if (!m_window.pieces.join()) return m_window.sealing.some(m_window.for_each);
    wake_one(w);  // whoever is woken wakes the next
    return true;
}

}  // namespace warpevm
