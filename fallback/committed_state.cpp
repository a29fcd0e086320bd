// SPDX-License-Identifier: Apache-2.0
#include "fallback/committed_state.hpp"

namespace warpevm {

void CommittedView::read_accounts(std::span<const Address> keys,
                                  std::span<Read<AccountRecord>> answers) const {
    if (m_versions == nullptr) return m_state.read_accounts(keys, answers);
    for (size_t i = 0; i < keys.size(); ++i) answers[i] = m_versions->account(keys[i])->before;
}

void CommittedView::read_slots(std::span<const SlotKey> keys, std::span<Read<U256>> answers) const {
    if (m_versions == nullptr) return m_state.read_slots(keys, answers);
    for (size_t i = 0; i < keys.size(); ++i)
        answers[i] =
            m_versions->before(*m_versions->slot(m_versions->find_account(keys[i].address), keys[i].slot));
}

CommittedState::CommittedState(const StateView& state, CodeCache& codes, bool assume_absent)
    : m_view(state), m_journal(m_view, codes) {
    m_journal.missing().assume_absent = assume_absent;
}

/// Rows that are as the pre-state says need no entry: whoever asks for them finds the same.
void CommittedState::share(Versions& versions, Position position) {
    m_versions = &versions;
    m_view.share(&versions);
    for (const Row row : m_journal.changed_accounts()) tell_account(*entry_of_account(row), position);
    for (const Row row : m_journal.changed_slots()) tell_slot(*entry_of_slot(row), position);
}

void CommittedState::stop_sharing() {
    m_versions = nullptr;
    m_view.share(nullptr);
}

AccountEntry* CommittedState::entry_of_account(Row row) {
    if (row >= m_accounts.size()) m_accounts.resize(m_journal.account_count(), nullptr);
    AccountEntry*& entry = m_accounts[row];
    if (entry == nullptr) {
        entry = m_versions->account(m_journal.address(row));
        entry->row = row;
    }
    return entry;
}

SlotEntry* CommittedState::entry_of_slot(Row row) {
    if (row >= m_slots.size()) m_slots.resize(m_journal.slot_count(), nullptr);
    SlotEntry*& entry = m_slots[row];
    if (entry == nullptr) {
        const SlotRow& slot = m_journal.slot_row(row);
        entry = m_versions->slot(entry_of_account(slot.account), slot.key);
        entry->row = row;
    }
    return entry;
}

void CommittedState::tell_account(AccountEntry& entry, Position position) {
    if (entry.committed_at == position) return;  // a change is named more than once
    const AccountRow& row = m_journal.account_row(entry.row);
    AccountState state{.record = {row.nonce, row.balance, row.code_hash, row.has_storage},
                       .exists = row.exists,
                       .wiped = entry.committed.wiped};
    if (row.generation != entry.generation) state.wiped = position;
    entry.generation = row.generation;
    m_versions->commit(entry, position, state);
}

void CommittedState::tell_slot(SlotEntry& entry, Position position) {
    if (entry.committed_at == position) return;
    const SlotRow& slot = m_journal.slot_row(entry.row);
    const AccountRow& account = m_journal.account_row(slot.account);
    const bool stands = slot.generation == account.generation;
    m_versions->commit(entry, position, stands ? slot.current : U256{});
}

Row CommittedState::row_of(AccountEntry& entry) {
    if (entry.row == no_row) {
        entry.row = m_journal.account(entry.address);
        if (entry.row >= m_accounts.size()) m_accounts.resize(m_journal.account_count(), nullptr);
        m_accounts[entry.row] = &entry;
    }
    return entry.row;
}

Row CommittedState::row_of(SlotEntry& entry) {
    if (entry.row == no_row) {
        entry.row = m_journal.unread_slot(row_of(*entry.account), entry.key);
        if (entry.row >= m_slots.size()) m_slots.resize(m_journal.slot_count(), nullptr);
        m_slots[entry.row] = &entry;
    }
    return entry.row;
}

AccountValues CommittedState::values(AccountEntry& entry, bool with_storage) {
    if (entry.row == no_row) {
        // Nobody has asked the journal yet: looking must not count as a read of unknown state.
        const AccountRecord& r = entry.before.value;
        return {r.balance, r.nonce, r.code_hash, r.has_storage, entry.before.knowledge == Knowledge::value};
    }
    const AccountRow& a = m_journal.account_row(entry.row);
    return {a.balance, a.nonce, a.code_hash, with_storage && m_journal.storage_now(entry.row), a.exists};
}

U256 CommittedState::value(SlotEntry& entry) {
    AccountEntry& account = *entry.account;
    if (account.row == no_row)
        return account.before.knowledge == Knowledge::value ? m_versions->before(entry).value : U256{};
    if (entry.row == no_row) {
        const std::optional<Row> found = m_journal.find_slot(account.row, entry.key);
        if (found) entry.row = *found;
    }
    const AccountRow& a = m_journal.account_row(account.row);
    if (entry.row != no_row && m_journal.slot_row(entry.row).loaded) {
        const SlotRow& slot = m_journal.slot_row(entry.row);
        return slot.generation == a.generation ? slot.current : U256{};
    }
    return a.fresh_storage ? U256{} : m_versions->before(entry).value;
}

/// A balance that would leave its bounds makes the transaction run again, where serial's rules decide.
bool CommittedState::sum_in_bounds(AccountEntry& entry, const AccountEffect& effect) {
    const U256 balance =
        entry.row == no_row ? entry.before.value.balance : m_journal.account_row(entry.row).balance;
    if (balance.limb[3] >> 63 != 0) return false;
    const bool negative = effect.delta.limb[3] >> 63 != 0;
    const U256 sum = balance + effect.delta;
    return negative ? sum < balance : sum >= balance;
}

bool CommittedState::still_holds(const Incarnation& t, Position position) {
    for (const AccountObservation& o : t.observations.accounts) {
        AccountEntry& entry = *t.accounts[o.row];
        if (&entry == m_fee_account && !m_fees_told.load(std::memory_order_relaxed)) {
            m_fees_told.store(true, std::memory_order_relaxed);
            if (entry.row != no_row) tell_account(entry, position - 1);
        }
        if (!holds(o, values(entry, o.has_storage.has_value()))) return false;
    }
    for (const SlotObservation& o : t.observations.slots)
        if (value(*t.slots[o.row]) != o.value) return false;
    for (const AccountEffect& e : t.effects.accounts)
        if (!e.delta.is_zero() && !sum_in_bounds(*t.accounts[e.row], e)) return false;
    return true;
}

void CommittedState::apply(const Incarnation& t, Position position) {
    m_journal.begin_transaction();
    // In the order of first use, so that reads of unknown state are named in serial's order.
    for (AccountEntry* entry : t.accounts) row_of(*entry);
    for (SlotEntry* entry : t.slots) m_journal.see(row_of(*entry));
    for (const AccountEffect& e : t.effects.accounts) {
        const Row row = t.accounts[e.row]->row;
        if (e.wiped) {
            m_journal.touch(row);
            m_journal.destruct(row);
            continue;
        }
        if (e.touched) m_journal.touch(row);
        if (!e.delta.is_zero()) m_journal.credit(row, e.delta);
        if (e.nonce) m_journal.set_nonce(row, *e.nonce);
        if (e.code_hash) m_journal.set_code(row, m_journal.codes().find(*e.code_hash));
    }
    for (const SlotEffect& e : t.effects.slots) m_journal.set_slot(t.slots[e.row]->row, e.value);
    m_journal.end_transaction();
    for (const AccountEffect& e : t.effects.accounts) {
        AccountEntry* entry = t.accounts[e.row];
        if (!is_untold(e, entry)) tell_account(*entry, position);
    }
    for (const SlotEffect& e : t.effects.slots) tell_slot(*t.slots[e.row], position);
}

void CommittedState::tell_changes(Position position) {
    const bool fees_told = m_fees_told.load(std::memory_order_relaxed);
    m_journal.visit_changes(
        [&](Row row) {
            AccountEntry* entry = entry_of_account(row);
            if (entry != m_fee_account || fees_told) tell_account(*entry, position);
        },
        [&](Row row) { tell_slot(*entry_of_slot(row), position); });
}

}  // namespace warpevm
