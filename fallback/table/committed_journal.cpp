// SPDX-License-Identifier: Apache-2.0
// How the committed state goes between the serial journal and the table.
#include "fallback/table/committed_state.hpp"

namespace warpevm {

void CommittedState::use_journal() {
    if (m_on_journal) return;
    m_on_journal = true;
    const bool taken_over = take_over();
    m_notes_moves = false;
    if (taken_over) return;
    m_table_ahead = m_mixed = true;
    m_view.use(m_table);
    m_journal.reset();
    m_all_entered = false;
    m_entries.clear();
}

void CommittedState::use_table(Position position, bool may_return) {
    if (!m_on_journal) return;
    if (!m_table_used) first_use();
    enter_journal(position);
    if (m_lists_changes) m_listed_before = m_listed_before.then(m_journal.take_changes());
    m_journal.list_new_changes();
    m_all_entered = true;
    m_on_journal = false;
    ++m_stay;
    m_notes_moves = may_return && !m_table_ahead;
    m_moved_accounts.clear();
    m_moved_slots.clear();
}

/// A journal that is complete but for a few changes on the table takes those over, and goes on as serial's
/// would. It can't take over wiped storage: false, and nothing changed.
bool CommittedState::take_over() {
    if (!m_notes_moves) return false;
    const auto was_there = [](const MovedAccount& m) { return m.before.exists || m.entry->committed.exists; };
    for (const MovedAccount& m : m_moved_accounts)
        if (m.entry->committed.wiped != m.before.wiped && was_there(m)) return false;
    const auto record = [](const AccountState& s) {
        return s.exists ? std::optional(s.record) : std::nullopt;
    };
    for (const MovedAccount& m : m_moved_accounts) {
        const AccountEntry& entry = *m.entry;
        if (was_there(m))
            m_journal.take_over(entry.address, {record(entry.committed), record(m.before)},
                                /*is_new=*/entry.before != Knowledge::value);
    }
    for (const MovedSlot& m : m_moved_slots) {
        const AccountEntry& account = *m.entry->account;
        if (!account.committed.exists) continue;
        m_journal.take_over(m_journal.account(account.address), m.entry->key, {value_of(*m.entry), m.before});
    }
    return true;
}

/// What earlier blocks changed enters the table as if the pre-state had it so. Storage that is new or was
/// wiped owes nothing to the pre-state: such an account counts as absent there, and its slots are committed
/// at position 1, before every transaction.
void CommittedState::first_use() {
    m_table_used = true;
    m_window.reset();
    for (const Address& address : m_early_assumed_accounts)
        m_table.find_account(address, m_arena)->assumed = true;
    for (const SlotKey& key : m_early_assumed_slots)
        m_table.slot(m_table.find_account(key.address, m_arena), key.slot, m_arena)->assumed = true;
    for (const Row row : m_earlier_accounts) adopt_account(row);
    for (const Row row : m_journal.changed_accounts()) adopt_account(row);
    for (const Row row : m_earlier_slots) {
        const SlotRow& s = m_journal.slot_row(row);
        const bool is_current = s.generation == m_journal.account_row(s.account).generation;
        SlotEntry* slot = slot_entry_of(row);
        set(*slot, 1, is_current ? s.before : U256{});
    }
    for (const Row row : m_journal.changed_slots()) adopt_slot(row);
}

/// As it was before this block.
void CommittedState::adopt_account(Row row) {
    const AccountRow& a = m_journal.account_row(row);
    AccountEntry* entry = entry_of(row);
    entry->load.run([&] {
        entry->before = a.fresh_storage && !a.wiped ? Knowledge::absent : Knowledge::value;
        entry->committed = {.record = {a.before_nonce, a.before_balance, a.before_code_hash, a.has_storage},
                            .exists = a.before_exists};
        return true;
    });
}

void CommittedState::adopt_slot(Row row) {
    const SlotRow& s = m_journal.slot_row(row);
    SlotEntry* slot = slot_entry_of(row);
    if (!s.loaded || slot->committed_at != 0) return;
    slot->load.run([&] {
        slot->before = Knowledge::value;
        slot->committed = s.before;
        return true;
    });
}

/// The journal stays valid. Entering twice does no harm.
void CommittedState::enter_journal(Position position) {
    take_journals_assumptions();
    for (const Row row : m_all_entered ? m_journal.newly_changed_accounts() : m_journal.changed_accounts()) {
        const AccountRow& a = m_journal.account_row(row);
        AccountEntry* entry = entry_of(row);
        adopt_account(row);
        AccountState state{.record = {a.nonce, a.balance, a.code_hash, entry->committed.record.has_storage},
                           .exists = a.exists,
                           .wiped = entry->committed.wiped};
        // A wipe that the table knows of is over, and slots were written since.
        if (a.wiped && std::exchange(m_entries[row].generation, a.generation) != a.generation) {
            // Before the slots that were written since, and after all that were committed earlier.
            state.wiped = position - 1;
            state.record.has_storage = false;
        }
        change(*entry, position, state);
    }
    for (const Row row : m_all_entered ? m_journal.newly_changed_slots() : m_journal.changed_slots()) {
        const SlotRow& s = m_journal.slot_row(row);
        if (s.generation != m_journal.account_row(s.account).generation) continue;
        adopt_slot(row);
        change(*slot_entry_of(row), position, s.current);
    }
}

AccountEntry* CommittedState::entry_of(Row row) {
    if (row >= m_entries.size()) m_entries.resize(m_journal.account_count());
    AccountEntry*& entry = m_entries[row].entry;
    if (entry == nullptr) entry = m_table.find_account(m_journal.address(row), m_arena);
    return entry;
}

SlotEntry* CommittedState::slot_entry_of(Row row) {
    const SlotRow& slot = m_journal.slot_row(row);
    return m_table.slot(entry_of(slot.account), slot.key, m_arena);
}

}  // namespace warpevm
