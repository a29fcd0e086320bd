// SPDX-License-Identifier: Apache-2.0
// The policy's forecasts: what speculation is expected to save, before it begins and while it goes on.
#include <algorithm>

#include "fallback/commit/parallel_block.hpp"
#include "fallback/schedule/parallel_tuning.hpp"

namespace warpevm {

using parallel::Clock;
using parallel::cost_of_known_keys;
using parallel::cost_per_key;
using parallel::cost_per_transaction;
using parallel::least_foreseen;
using parallel::least_gain;
using parallel::least_prefetched;
using parallel::least_seen;
using parallel::near;
using parallel::slow;

double ParallelBlock::Pace::speculation_cost() const {
    return transactions * cost_per_transaction + static_cast<double>(keys) * cost_per_key;
}

/// What speculating a transaction costs above executing it depends on the keys that it reads rather than on
/// its duration, so speculation does not pay for short ones; the more threads, the shorter they may be.
bool ParallelBlock::long_enough(const Pace& pace) const {
    return pace.seconds * (0.9 * m_window.parts.settings.threads - 1.4) >= pace.speculation_cost();
}

/// Likewise of transactions that were speculated. That they took a little longer for it is neglected.
bool ParallelBlock::has_become_too_short(const Pace& speculated) const {
    return speculated.seconds * (0.9 * m_window.parts.settings.threads - 1.4) <
           speculated.transactions * cost_of_known_keys;
}

/// Whether enough work is left, estimated from the gas limits: better than by number, since in many blocks
/// the long ones come first.
bool ParallelBlock::enough_left() {
    if (others_left() < 4) return false;
    if (m_limits_before.empty()) {
        m_limits_before.reserve(m_count + 1);
        m_limits_before.push_back(0);
        for (uint32_t i = 0; i < m_count; ++i) {
            const uint64_t limit = looks_like_transfer(i) ? 0 : m_block.transactions[i].tx->gas_limit;
            m_limits_before.push_back(m_limits_before.back() + static_cast<double>(limit));
        }
    }
    const double ran = m_limits_before[m_next] - m_limits_before[m_serial_stretch.from];
    const double left = m_limits_before[m_count] - m_limits_before[m_next];
    const double by_others = 0.9 * m_window.parts.settings.threads - 1.4;
    return m_serial_stretch.seconds * left * by_others / (1 + by_others) >= ran * least_gain;
}

bool ParallelBlock::worth_speculating(const Pace& of_others) {
    return of_others.transactions != 0 && of_others.seconds >= least_seen && long_enough(of_others) &&
           enough_left();
}

/// Asked when the first helper has arrived: what was committed meanwhile counts as well.
bool ParallelBlock::still_worth_speculating() {
    if (m_window.parts.settings.speculate != Speculate::measured) return true;
    const std::chrono::duration<double> since = Clock::now() - m_opened.load(std::memory_order_relaxed);
    m_serial_stretch.seconds += since.count();
    const Pace pace{m_pace.transactions + others_before(m_next) - others_before(m_opened_at),
                    m_pace.keys + m_keys - m_keys_at_opening, m_pace.seconds + since.count()};
    return long_enough(pace) && enough_left();
}

/// Likewise for prefetching the accounts of transfers.
bool ParallelBlock::worth_prefetching(const Pace& of_transfers) const {
    if (!m_parties || of_transfers.seconds < least_seen || m_prefetched >= m_count) return false;
    const double left = m_count - m_next - others_left();
    return left * of_transfers.seconds >= least_prefetched * of_transfers.transactions;
}

/// Whether what is left should be committed on the table for its transfers.
bool ParallelBlock::table_is_worth_it() const {
    return m_parties && !m_slots && m_count - m_next >= m_window.parts.settings.least_transfers;
}

void ParallelBlock::note_pace(const Pace& of_others) {
    if (of_others.transactions == 0) return;
    if (of_others.seconds > 0) m_pace = of_others;
    m_state_is_slow.store(of_others.seconds >= slow * of_others.transactions, std::memory_order_relaxed);
}

bool ParallelBlock::chained(const Chain& longest, uint32_t transactions, uint64_t gas) const {
    if (2 * longest.length < transactions) return false;  // long ones, no chain
    const double bound = static_cast<double>(gas) / static_cast<double>(longest.gas);
    return bound < 1.2 + m_pace.speculation_cost() / m_pace.seconds;
}

/// As speculated_as_chain, for what was executed on the journal, where it costs next to nothing to know.
bool ParallelBlock::ran_as_chain() const {
    if (!m_window.committed.on_journal()) return false;
    const RecentDependence::Sum seen = m_recent_dependence.sum(near);
    if (seen.transactions >= 2 && seen.longest.length == seen.transactions) return true;
    return seen.transactions >= least_foreseen && chained(seen.longest, seen.transactions, seen.gas);
}

/// Two threads also lose where many depend on one shortly before: what the only helper speculates is stale.
bool ParallelBlock::expect_stale() const {
    if (ran_as_chain()) return true;
    if (m_window.parts.settings.threads != 2 || !m_window.committed.on_journal()) return false;
    const RecentDependence::Sum seen = m_recent_dependence.sum(near);
    return seen.transactions >= least_foreseen && 5 * seen.near > 2 * seen.transactions;
}

/// Asked before speculation begins, and while it goes on.
bool ParallelBlock::too_few_cores(Clock::time_point now) {
    const ParallelSettings& settings = m_window.parts.settings;
    if (settings.speculate != Speculate::measured || !settings.watch_cores) return false;
    m_without_cores = m_window.parts.cores.too_few(settings.threads, now);
    return m_without_cores;
}

}  // namespace warpevm
