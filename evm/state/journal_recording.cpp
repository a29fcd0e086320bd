// SPDX-License-Identifier: Apache-2.0
// The part of the journal that only a recording executor pays for: constraints and effects in typed form.
#include <algorithm>

#include "evm/state/journal.hpp"

namespace warpevm {

/// Remembers the account as it is at its first use in this transaction, before anything changes it.
template <bool R>
void Journal<R>::start_of(Row row) {
    Start& start = m_starts[row];
    if (start.tx == m_tx) return;
    const AccountRow& a = m_accounts[row];
    start = {a.balance, a.nonce, a.code_hash, a.exists, m_tx, 0, false};
    m_started.push_back(row);
}

template <bool R>
AccountObservation& Journal<R>::observe(Row row) {
    start_of(row);
    Start& start = m_starts[row];
    if (!start.observed) {
        start.observed = true;
        start.observation = static_cast<uint32_t>(m_observations.accounts.size());
        m_observations.accounts.push_back({.row = row});
    }
    return m_observations.accounts[start.observation];
}

// `observe` comes first: it is what makes the start that of this transaction.
template <bool R>
void Journal<R>::observe_balance(Row row) {
    AccountObservation& o = observe(row);
    o.balance = m_starts[row].balance;
    o.below = {};
    o.flags = (o.flags & ~uint32_t{OBSERVED_BELOW}) | OBSERVED_BALANCE;
}

template <bool R>
void Journal<R>::observe_nonce(Row row) {
    AccountObservation& o = observe(row);
    o.nonce = m_starts[row].nonce;
    o.flags |= OBSERVED_NONCE;
}

template <bool R>
void Journal<R>::observe_code_hash(Row row) {
    AccountObservation& o = observe(row);
    o.code_hash = m_starts[row].code_hash;
    o.flags |= OBSERVED_CODE;
}

template <bool R>
void Journal<R>::observe_exists(Row row) {
    AccountObservation& o = observe(row);
    o.flags |= OBSERVED_EXISTENCE | (m_starts[row].exists ? uint32_t{EXISTED} : 0);
}

/// A check `balance >= amount` says of the balance at the start: it was at least (passed) or below (failed)
/// the amount, less what this transaction credited and plus what it debited before.
template <bool R>
void Journal<R>::observe_bound(Row row, const U256& amount, bool passed) {
    AccountObservation& o = observe(row);
    if (has(o, OBSERVED_BALANCE)) return;  // which says more than any bound
    const U256& start = m_starts[row].balance;
    const U256& now = m_accounts[row].balance;
    if (passed) {
        const U256 slack = now - amount;
        const U256 least = start >= slack ? start - slack : U256{};
        if (least > o.balance) o.balance = least;
        return;
    }
    const U256 lacking = amount - now;
    const std::optional<U256> below = checked_add(start, lacking);
    if (!below) return;  // no balance could have passed
    if (!has(o, OBSERVED_BELOW) || *below < o.below) o.below = *below;
    o.flags |= OBSERVED_BELOW;
}

/// Deadness of now, said of the start. Where this transaction changed the balance, it is a question of a
/// bound.
template <bool R>
void Journal<R>::observe_liveness(Row row) {
    AccountObservation& o = observe(row);
    const Start& start = m_starts[row];
    const AccountRow& a = m_accounts[row];
    const bool unchanged =
        a.balance == start.balance && a.nonce == start.nonce && a.code_hash == start.code_hash;
    if (unchanged) {
        o.flags |= a.empty() ? OBSERVED_DEAD : OBSERVED_ALIVE;
        return;
    }
    if (a.nonce != start.nonce && a.nonce != 0) return;  // alive by this transaction's own doing
    if (a.code_hash != start.code_hash && a.has_code()) return;
    o.nonce = start.nonce;
    o.code_hash = start.code_hash;
    o.flags |= OBSERVED_NONCE | OBSERVED_CODE;
    if (a.nonce != 0 || a.has_code()) return;
    observe_bound(row, U256{1}, !a.balance.is_zero());
}

template <bool R>
void Journal<R>::form_effects() {
    for (const Row row : m_started) {
        const Start& start = m_starts[row];
        const AccountRow& a = m_accounts[row];
        AccountEffect e{.delta = a.balance - start.balance, .row = row};
        if (a.nonce != start.nonce) e.nonce = a.nonce, e.flags |= WROTE_NONCE;
        if (a.code_hash != start.code_hash) e.code_hash = a.code_hash, e.flags |= WROTE_CODE;
        // Before Spurious Dragon a touch means that the account exists: not so for RIPEMD-160's, which
        // survives a revert.
        if (a.touched == m_tx && (m_state_clearing || a.exists)) e.flags |= TOUCHED;
        if (a.destructed == m_tx) e.flags |= WIPED;
        if (!e.delta.is_zero() || e.flags != 0) m_effects.accounts.push_back(e);
    }
    std::sort(m_written_slots.begin(), m_written_slots.end());
    m_written_slots.erase(std::unique(m_written_slots.begin(), m_written_slots.end()), m_written_slots.end());
    for (const Row row : m_written_slots) {
        const SlotRow& s = m_slots[row];
        if (m_accounts[s.account].destructed != m_tx && s.current != s.original)
            m_effects.slots.push_back({.value = s.current, .row = row});
    }
}

template void Journal<true>::start_of(Row);
template AccountObservation& Journal<true>::observe(Row);
template void Journal<true>::observe_balance(Row);
template void Journal<true>::observe_nonce(Row);
template void Journal<true>::observe_code_hash(Row);
template void Journal<true>::observe_exists(Row);
template void Journal<true>::observe_bound(Row, const U256&, bool);
template void Journal<true>::observe_liveness(Row);
template void Journal<true>::form_effects();

}  // namespace warpevm
