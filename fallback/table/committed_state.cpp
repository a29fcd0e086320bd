// SPDX-License-Identifier: Apache-2.0
#include "fallback/table/committed_state.hpp"

#include <algorithm>

namespace warpevm {
namespace {

AccountValues values_of(const AccountEntry& entry, bool with_storage) {
    AccountValues values = values_of(entry.committed);
    values.has_storage = with_storage && holds_storage(entry);
    return values;
}

}  // namespace

CommittedState::CommittedState(WindowTable table, const StateView& state, CodeCache& codes,
                               bool assume_absent)
    : m_window(std::move(table)),
      m_table(m_window.versions),
      m_batch(m_table),
      m_view(state, m_table),
      m_journal(m_view, codes) {
    m_table.forget_block_hashes();
    m_journal.missing().assume_absent = assume_absent;
}

void CommittedState::begin_block(bool state_clearing, Position start) {
    ++m_block;
    m_changes = BlockChanges(start);
    m_state_clearing = state_clearing;
    use_journal();
    m_mixed = false;
    if (m_entered == Entered::all_listed) m_entered = Entered::partly;
    m_journal.begin_block(state_clearing);
}

CommittedState::BlockResult CommittedState::take_block(Position end) {
    if (!m_mixed) return m_journal.diff();
    enter_journal(end);
    m_journal.list_new_changes();
    m_entered = Entered::all_listed;
    return std::exchange(m_changes, BlockChanges(m_changes.start));
}

void CommittedState::end_block(Position end, bool more) {
    if (more && m_entered != Entered::unused) enter_journal(end);
    if (more && m_entered == Entered::unused) {
        const std::vector<Row>& slots = m_journal.changed_slots();
        m_earlier_slots.insert(m_earlier_slots.end(), slots.begin(), slots.end());
    }
    m_journal.end_block();
}

// ---- validation and commit

bool CommittedState::validate(const Incarnation& t) {
    for (const AccountObservation& o : t.records.account_observations) {
        AccountEntry& entry = m_table.account(o.row);
        if (entry.defers_credit.load(std::memory_order_relaxed))
            entry.defers_credit.store(false, std::memory_order_relaxed);
        if (!holds(o, values_of(entry, has(o, OBSERVED_STORAGE)))) return false;
    }
    for (const SlotObservation& o : t.records.slot_observations)
        if (!holds(m_table, m_table.slot(o.row), o.value, t.assumes)) return false;
    for (const AccountEffect& e : t.records.account_effects)
        if (!e.delta.is_zero() && !sum_in_bounds(m_table.account(e.row).committed.record.balance, e.delta))
            return false;
    return true;
}

void CommittedState::commit(const Incarnation& t, Position position) {
    if (t.assumes) list_assumptions(t);
    for (const AccountEffect& e : t.records.account_effects) enter(e.row, e, position);
    for (const SlotEffect& e : t.records.slot_effects) change_slot(e.row, position, e.value);
}

uint32_t CommittedState::validate_batch(std::span<Incarnation* const> batch, Position first,
                                        const ForEach& for_each) {
    return m_batch.validate({m_block, first, m_state_clearing}, batch, for_each);
}

/// What so many changed is not taken over by the journal.
void CommittedState::commit_batch(uint32_t count, const ForEach& for_each) {
    m_moved.noted = false;
    m_batch.commit(count, m_changes, for_each);
}

void CommittedState::enter(Row row, const AccountEffect& effect, Position position) {
    AccountState state = m_table.account(row).committed;
    if (changes_nothing(effect, state)) return;
    apply(state, effect, position, m_state_clearing);
    change_account(row, position, state);
}

// ---- what is entered

void CommittedState::change_account(Row row, Position position, const AccountState& state) {
    AccountEntry& entry = m_table.account(row);
    note_move(row);
    note_account(row);
    list_change(row, position);
    if (state.wiped != entry.committed.wiped) entry.nonzero_slots = 0;
    m_changes.part(row).accounts[entry.place].after = state;
    m_table.commit(entry, position, state);
}

void CommittedState::change_slot(Row row, Position position, const U256& value) {
    SlotEntry& slot = m_table.slot(row);
    const AccountEntry& account = m_table.account_of(slot);
    note_move(slot.account);
    note_move(row, slot, account);
    note_account(slot.account);
    if (slot.changed_in != m_block) {
        slot.changed_in = m_block;
        slot.place = m_changes.add(
            row, BlockChanges::Slot{slot.key, value_of(slot, account), {}, 0, slot.account, account.place});
    }
    BlockChanges::Slot& change = m_changes.part(row).slots[slot.place];
    change.after = value;
    change.written = position;
    list_change(slot.account, position);
    if (m_listed.lists && !m_on_journal) m_listed.slots.push_back(row);
    set(slot, position, value);
}

void CommittedState::note_account(Row row) {
    AccountEntry& entry = m_table.account(row);
    if (entry.changed_in == m_block) return;
    entry.changed_in = m_block;
    entry.place = m_changes.add(row, BlockChanges::Account{entry.address, entry.committed, entry.committed});
}

/// For take_over.
void CommittedState::note_move(Row row) {
    AccountEntry& entry = m_table.account(row);
    if (!m_moved.noted || entry.moved_in == m_moved.stay) return;
    entry.moved_in = m_moved.stay;
    m_moved.accounts.push_back({row, entry.committed});
    m_moved.noted = m_moved.accounts.size() + m_moved.slots.size() <= Moved::most;
}

void CommittedState::note_move(Row row, SlotEntry& slot, const AccountEntry& account) {
    if (!m_moved.noted || slot.moved_in == m_moved.stay) return;
    slot.moved_in = m_moved.stay;
    m_moved.slots.push_back({row, value_of(slot, account)});
    m_moved.noted = m_moved.accounts.size() + m_moved.slots.size() <= Moved::most;
}

void CommittedState::list_change(Row row, Position position) {
    if (!m_listed.lists || m_on_journal) return;
    if (m_listed.accounts.empty()) m_listed.from = position;
    m_listed.accounts.push_back(row);
}

/// Keeps the count of an account's nonzero slots: going through its storage would not be bounded by gas.
void CommittedState::set(SlotEntry& slot, Position position, const U256& value) {
    AccountEntry& account = m_table.account_of(slot);
    account.nonzero_slots -= counts_as_nonzero(slot, account) ? 1 : 0;
    m_table.commit(slot, position, value);
    account.nonzero_slots += counts_as_nonzero(slot, account) ? 1 : 0;
}

// ---- what is reported beside the difference

/// In the order of first use, which is the order in which the serial journal would have asked.
void CommittedState::list_assumptions(const Incarnation& t) {
    for (const Row row : t.records.accounts_read) {
        AccountEntry& entry = m_table.account(row);
        if (!is_assumption(entry)) continue;
        entry.assumed = true;
        m_assumed.accounts.push_back(entry.address);
    }
    for (const Row row : t.records.slots_read) {
        SlotEntry& slot = m_table.slot(row);
        const bool from_pre_state = is_from_pre_state(slot, m_table.account_of(slot));
        if (!from_pre_state || slot.before != Knowledge::unknown || slot.assumed) continue;
        slot.assumed = true;
        m_assumed.slots.push_back(m_table.key_of(slot));
    }
}

void CommittedState::take_journals_assumptions() {
    MissingReads& missing = m_journal.missing();
    const auto append = [](auto& to, const auto& more) { to.insert(to.end(), more.begin(), more.end()); };
    if (m_entered == Entered::unused) {
        append(m_early_assumed.accounts, missing.accounts);
        append(m_early_assumed.slots, missing.slots);
        append(m_assumed.accounts, missing.accounts);
        append(m_assumed.slots, missing.slots);
        missing.accounts.clear();
        missing.slots.clear();
        return;
    }
    for (const Address& address : missing.accounts)
        if (!std::exchange(m_table.account(intern(address)).assumed, true))
            m_assumed.accounts.push_back(address);
    for (const SlotKey& key : missing.slots) {
        const Row row = m_table.intern(intern(key.address), key.slot, m_window.stretches);
        if (!std::exchange(m_table.slot(row).assumed, true)) m_assumed.slots.push_back(key);
    }
    missing.accounts.clear();
    missing.slots.clear();
}

void CommittedState::take_assumed(std::vector<Address>& accounts, std::vector<SlotKey>& slots) {
    take_journals_assumptions();
    accounts = std::exchange(m_assumed.accounts, {});
    slots = std::exchange(m_assumed.slots, {});
}

StateDiff CommittedState::take_changes() {
    const StateDiff before = std::exchange(m_listed.before, {});
    return before.then(m_on_journal ? m_journal.take_changes() : take_table_changes());
}

/// Between two transactions, so that nothing of what is committed changes meanwhile.
StateDiff CommittedState::take_table_changes() {
    StateDiff changes;
    const auto sort_once = [](std::vector<Row>& rows, const auto& less) {
        std::sort(rows.begin(), rows.end(), less);
        rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    };
    const auto address = [this](Row row) -> const Address& { return m_table.account(row).address; };
    sort_once(m_listed.accounts, [&](Row x, Row y) { return address(x) < address(y); });
    sort_once(m_listed.slots, [&](Row x, Row y) {
        const SlotEntry &a = m_table.slot(x), &b = m_table.slot(y);
        return a.account != b.account ? address(a.account) < address(b.account) : a.key < b.key;
    });
    auto listed_slot = m_listed.slots.begin();
    for (const Row row : m_listed.accounts) {
        const AccountState& now = m_table.account(row).committed;
        AccountChange change{.address = address(row),
                             .exists = now.exists,
                             .storage_wiped = now.exists && now.wiped >= m_listed.from,
                             .nonce = now.record.nonce,
                             .balance = now.record.balance,
                             .code_hash = now.record.code_hash,
                             .first_slot = static_cast<uint32_t>(changes.slots.size())};
        for (; listed_slot != m_listed.slots.end(); ++listed_slot) {
            const SlotEntry& slot = m_table.slot(*listed_slot);
            if (slot.account != row) break;
            if (now.exists && slot.committed_at > now.wiped)
                changes.slots.push_back({slot.key, slot.committed});
        }
        change.slot_count = static_cast<uint32_t>(changes.slots.size()) - change.first_slot;
        changes.accounts.push_back(change);
    }
    m_listed.accounts.clear();
    m_listed.slots.clear();
    return changes;
}

}  // namespace warpevm
