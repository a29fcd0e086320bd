// SPDX-License-Identifier: Apache-2.0
// How the committed state goes between the serial journal and the table.
#include "fallback/table/committed_state.hpp"

namespace warpevm {

void CommittedState::use_journal() {
    if (m_on_journal) return;
    m_on_journal = true;
    const bool taken_over = take_over();
    m_moved.noted = false;
    if (taken_over) return;
    m_table_ahead = m_mixed = true;
    m_journal.reset();
    m_entered = Entered::partly;
    m_known.clear();
}

void CommittedState::use_table(Position position) {
    if (!m_on_journal) return;
    if (m_entered == Entered::unused) first_use();
    enter_journal(position);
    if (m_listed.lists) m_listed.before = m_listed.before.then(m_journal.take_changes());
    m_journal.list_new_changes();
    m_entered = Entered::all_listed;
    m_on_journal = false;
    ++m_moved.stay;
    m_moved.noted = !m_table_ahead;
    m_moved.accounts.clear();
    m_moved.slots.clear();
}

/// A journal that is complete but for a few changes on the table takes those over, and goes on as serial's
/// would. It can't take over wiped storage: false, and nothing changed.
bool CommittedState::take_over() {
    if (!m_moved.noted) return false;
    const auto was_there = [this](const Moved::Account& m) {
        return m.before.exists || m_table.account(m.row).committed.exists;
    };
    for (const Moved::Account& m : m_moved.accounts)
        if (m_table.account(m.row).committed.wiped != m.before.wiped && was_there(m)) return false;
    const auto record = [](const AccountState& s) {
        return s.exists ? std::optional(s.record) : std::nullopt;
    };
    for (const Moved::Account& m : m_moved.accounts) {
        const AccountEntry& entry = m_table.account(m.row);
        if (was_there(m))
            m_journal.take_over(entry.address, {record(entry.committed), record(m.before)},
                                /*is_new=*/entry.before != Knowledge::value);
    }
    for (const Moved::Slot& m : m_moved.slots) {
        const SlotEntry& slot = m_table.slot(m.row);
        const AccountEntry& account = m_table.account_of(slot);
        if (!account.committed.exists) continue;
        m_journal.take_over(m_journal.account(account.address), slot.key,
                            {value_of(slot, account), m.before});
    }
    return true;
}

/// What the journal knows enters the table as if the pre-state had it so, what earlier blocks changed
/// included: nothing is read from the state twice. Storage that is new or was wiped owes nothing to the
/// pre-state: such an account counts as absent there, and its slots are committed at position 1, before every
/// transaction.
void CommittedState::first_use() {
    m_entered = Entered::partly;
    m_window.reset();
    m_view.use_table();
    for (const Address& address : m_early_assumed.accounts) m_table.account(intern(address)).assumed = true;
    for (const SlotKey& key : m_early_assumed.slots)
        m_table.slot(m_table.intern(intern(key.address), key.slot, m_window.stretches)).assumed = true;
    for (Row row = 0; row < m_journal.account_count(); ++row) adopt_account(row);
    for (const Row row : m_earlier_slots) {
        const SlotRow& s = m_journal.slot_row(row);
        const bool is_current = s.generation == m_journal.account_row(s.account).generation;
        set(m_table.slot(slot_row_of(row)), 1, is_current ? s.before : U256{});
    }
    for (Row row = 0; row < m_journal.slot_count(); ++row) adopt_slot(row);
}

/// As it was before this block.
void CommittedState::adopt_account(Row journal_row) {
    const AccountRow& a = m_journal.account_row(journal_row);
    AccountEntry& entry = m_table.account(account_row_of(journal_row));
    entry.load.run([&] {
        entry.before = a.fresh_storage && !a.wiped ? Knowledge::absent : Knowledge::value;
        entry.committed = {.record = {a.before_nonce, a.before_balance, a.before_code_hash, a.has_storage},
                           .exists = a.before_exists};
        return true;
    });
}

void CommittedState::adopt_slot(Row journal_row) {
    const SlotRow& s = m_journal.slot_row(journal_row);
    SlotEntry& slot = m_table.slot(slot_row_of(journal_row));
    if (!s.loaded || slot.committed_at != 0) return;
    slot.load.run([&] {
        slot.before = Knowledge::value;
        slot.committed = s.before;
        return true;
    });
}

/// The journal stays valid. Entering twice does no harm.
void CommittedState::enter_journal(Position position) {
    take_journals_assumptions();
    const bool only_new = m_entered == Entered::all_listed;
    for (const Row row : only_new ? m_journal.newly_changed_accounts() : m_journal.changed_accounts()) {
        const AccountRow& a = m_journal.account_row(row);
        const Row entered = account_row_of(row);
        adopt_account(row);
        const AccountState& before = m_table.account(entered).committed;
        AccountState state{.record = {a.nonce, a.balance, a.code_hash, before.record.has_storage},
                           .exists = a.exists,
                           .wiped = before.wiped};
        // A wipe that the table knows of is over, and slots were written since.
        if (a.wiped && std::exchange(m_known[row].generation, a.generation) != a.generation) {
            // Before the slots that were written since, and after all that were committed earlier.
            state.wiped = position - 1;
            state.record.has_storage = false;
        }
        change_account(entered, position, state);
    }
    for (const Row row : only_new ? m_journal.newly_changed_slots() : m_journal.changed_slots()) {
        const SlotRow& s = m_journal.slot_row(row);
        if (s.generation != m_journal.account_row(s.account).generation) continue;
        adopt_slot(row);
        change_slot(slot_row_of(row), position, s.current);
    }
}

Row CommittedState::account_row_of(Row journal_row) {
    if (journal_row >= m_known.size()) m_known.resize(m_journal.account_count());
    std::optional<Row>& row = m_known[journal_row].row;
    if (!row) row = intern(m_journal.address(journal_row));
    return *row;
}

Row CommittedState::slot_row_of(Row journal_row) {
    const SlotRow& slot = m_journal.slot_row(journal_row);
    return m_table.intern(account_row_of(slot.account), slot.key, m_window.stretches);
}

}  // namespace warpevm
