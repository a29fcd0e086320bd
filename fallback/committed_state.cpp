// SPDX-License-Identifier: Apache-2.0
#include "fallback/committed_state.hpp"

#include <algorithm>

namespace warpevm {
namespace {

/// Whether the slot is as the pre-state has it.
bool is_from_pre_state(const SlotEntry& slot) {
    const AccountEntry& account = *slot.account;
    return slot.committed_at == 0 && account.committed.wiped == 0 && account.before == Knowledge::value;
}

/// The value of a slot as committed, its pre-state loaded where that has a say.
U256 value_of(const SlotEntry& slot) {
    if (slot.committed_at > slot.account->committed.wiped || is_from_pre_state(slot)) return slot.committed;
    return {};
}

/// Whether the account's storage holds anything. As exact as the journal's answer (Journal::holds_storage).
bool holds_storage(const AccountEntry& entry) {
    if (entry.committed.record.has_storage) return true;
    for (const SlotEntry* slot = entry.written; slot != nullptr; slot = slot->next_written)
        if (!value_of(*slot).is_zero()) return true;
    return false;
}

AccountValues values_of(const AccountEntry& entry, bool with_storage) {
    const AccountState& s = entry.committed;
    return {s.record.balance, s.record.nonce, s.record.code_hash, with_storage && holds_storage(entry),
            s.exists};
}

/// A balance that would leave its bounds makes the transaction run again, where serial's rules decide.
bool sum_in_bounds(const U256& balance, const U256& delta) {
    if (balance.limb[3] >> 63 != 0) return false;
    const U256 sum = balance + delta;
    return delta.limb[3] >> 63 != 0 ? sum < balance : sum >= balance;
}

}  // namespace

void CommittedView::read_accounts(std::span<const Address> keys,
                                  std::span<Read<AccountRecord>> answers) const {
    if (m_table == nullptr) return m_state.read_accounts(keys, answers);
    for (size_t i = 0; i < keys.size(); ++i) {
        AccountEntry* known = m_table->known_account(keys[i]);
        if (known == nullptr) {
            answers[i] = m_state.read_account(keys[i]);
            continue;
        }
        m_table->load(*known);
        const AccountEntry& entry = *known;
        if (entry.committed.exists) {
            answers[i] = {Knowledge::value, entry.committed.record};
            answers[i].value.has_storage = holds_storage(entry);
        } else {
            answers[i] = {CommittedState::is_assumption(entry) ? Knowledge::unknown : Knowledge::absent, {}};
        }
    }
}

void CommittedView::read_slots(std::span<const SlotKey> keys, std::span<Read<U256>> answers) const {
    if (m_table == nullptr) return m_state.read_slots(keys, answers);
    for (size_t i = 0; i < keys.size(); ++i) {
        AccountEntry* account = m_table->known_account(keys[i].address);
        SlotEntry* slot = account == nullptr ? nullptr : m_table->known_slot(account, keys[i].slot);
        if (account != nullptr) m_table->load(*account);
        if (slot == nullptr) {
            // Storage that is new or was wiped owes nothing to the pre-state.
            const bool is_new =
                account != nullptr && (account->committed.wiped != 0 || account->before != Knowledge::value);
            answers[i] = is_new ? Read<U256>{Knowledge::value, {}} : m_state.read_slot(keys[i]);
            continue;
        }
        if (is_from_pre_state(*slot)) {
            m_table->load(*slot);
            if (slot->before == Knowledge::unknown && !slot->assumed) {
                answers[i] = {Knowledge::unknown, {}};
                continue;
            }
        }
        answers[i] = {Knowledge::value, value_of(*slot)};
    }
}

CommittedState::CommittedState(WindowTable table, const StateView& state, CodeCache& codes,
                               bool assume_absent)
    : m_codes(codes),
      m_window(std::move(table)),
      m_table(m_window.versions),
      m_arena(m_window.arena),
      m_view(state),
      m_journal(m_view, codes) {
    m_journal.missing().assume_absent = assume_absent;
}

void CommittedState::begin_block(bool state_clearing, Position start) {
    ++m_block;
    m_block_start = start;
    m_state_clearing = state_clearing;
    m_mixed = false;
    m_changed_accounts.clear();
    m_changed_slots.clear();
    m_fee_account = nullptr;
    use_journal();
    m_journal.begin_block(state_clearing);
}

void CommittedState::end_block(Position end, bool more) {
    if (more && m_table_used && m_on_journal) enter_journal(end);
    if (more && !m_table_used) {
        const std::vector<Row>&accounts = m_journal.changed_accounts(), &slots = m_journal.changed_slots();
        m_earlier_accounts.insert(m_earlier_accounts.end(), accounts.begin(), accounts.end());
        m_earlier_slots.insert(m_earlier_slots.end(), slots.begin(), slots.end());
    }
    m_journal.end_block();
}

// ---- between journal and table

void CommittedState::use_journal() {
    if (m_on_journal) return;
    m_on_journal = true;
    m_journal.reset();
    m_entries.clear();
}

void CommittedState::use_table(Position position) {
    if (!m_on_journal) return;
    if (!m_table_used) first_use();
    enter_journal(position);
    m_on_journal = false;
    m_mixed = true;
}

/// What earlier blocks changed enters the table as if the pre-state had it so. Storage that is new or was
/// wiped owes nothing to the pre-state: such an account counts as absent there, and its slots are committed
/// at position 1, before every transaction.
void CommittedState::first_use() {
    m_table_used = true;
    m_window.reset();
    m_view.use(m_table);
    for (const Address& address : m_told_accounts) m_table.find_account(address, m_arena)->assumed = true;
    for (const SlotKey& key : m_told_slots)
        m_table.slot(m_table.find_account(key.address, m_arena), key.slot, m_arena)->assumed = true;
    for (const Row row : m_earlier_accounts) adopt_account(row);
    for (const Row row : m_journal.changed_accounts()) adopt_account(row);
    for (const Row row : m_earlier_slots) {
        const SlotRow& s = m_journal.slot_row(row);
        const bool stands = s.generation == m_journal.account_row(s.account).generation;
        SlotEntry* slot = slot_entry_of(row);
        link_written(*slot);
        m_table.commit(*slot, 1, stands ? s.before : U256{});
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
    });
}

void CommittedState::adopt_slot(Row row) {
    const SlotRow& s = m_journal.slot_row(row);
    SlotEntry* slot = slot_entry_of(row);
    if (!s.loaded || slot->committed_at != 0) return;
    slot->load.run([&] {
        slot->before = Knowledge::value;
        slot->committed = s.before;
    });
}

/// The journal stays valid. Entering twice does no harm.
void CommittedState::enter_journal(Position position) {
    take_journals_assumptions();
    for (const Row row : m_journal.changed_accounts()) {
        const AccountRow& a = m_journal.account_row(row);
        AccountEntry* entry = entry_of(row);
        adopt_account(row);
        AccountState state{.record = {a.nonce, a.balance, a.code_hash, entry->committed.record.has_storage},
                           .exists = a.exists,
                           .wiped = entry->committed.wiped};
        if (a.wiped) {
            // Before the slots that were written since, and after all that were committed earlier.
            state.wiped = position - 1;
            state.record.has_storage = false;
        }
        change(*entry, position, state);
    }
    for (const Row row : m_journal.changed_slots()) {
        const SlotRow& s = m_journal.slot_row(row);
        if (s.generation != m_journal.account_row(s.account).generation) continue;
        adopt_slot(row);
        change(*slot_entry_of(row), position, s.current);
    }
}

AccountEntry* CommittedState::entry_of(Row row) {
    if (row >= m_entries.size()) m_entries.resize(m_journal.account_count(), nullptr);
    AccountEntry*& entry = m_entries[row];
    if (entry == nullptr) entry = m_table.find_account(m_journal.address(row), m_arena);
    return entry;
}

SlotEntry* CommittedState::slot_entry_of(Row row) {
    const SlotRow& slot = m_journal.slot_row(row);
    return m_table.slot(entry_of(slot.account), slot.key, m_arena);
}

// ---- what is entered

void CommittedState::note_change(AccountEntry& entry) {
    if (entry.changed_in == m_block) return;
    entry.changed_in = m_block;
    entry.place = static_cast<uint32_t>(m_changed_accounts.size());
    m_changed_accounts.push_back({&entry, entry.committed});
}

void CommittedState::change(AccountEntry& entry, Position position, const AccountState& state) {
    note_change(entry);
    m_table.commit(entry, position, state);
}

void CommittedState::change(SlotEntry& entry, Position position, const U256& value) {
    note_change(*entry.account);
    if (entry.changed_in != m_block) {
        entry.changed_in = m_block;
        uint32_t& last = m_changed_accounts[entry.account->place].last_slot;
        m_changed_slots.push_back({&entry, value_of(entry), last});
        last = static_cast<uint32_t>(m_changed_slots.size() - 1);
    }
    link_written(entry);
    m_table.commit(entry, position, value);
}

void CommittedState::link_written(SlotEntry& entry) {
    if (entry.is_written) return;
    entry.is_written = true;
    entry.next_written = std::exchange(entry.account->written, &entry);
}

bool CommittedState::still_holds(const Incarnation& t) {
    for (const AccountObservation& o : t.observations.accounts) {
        const AccountEntry& entry = *t.accounts[o.row];
        if (&entry == m_fee_account) m_fees_told.store(true, std::memory_order_relaxed);
        if (!holds(o, values_of(entry, o.has_storage.has_value()))) return false;
    }
    for (const SlotObservation& o : t.observations.slots) {
        SlotEntry& slot = *t.slots[o.row];
        if (is_from_pre_state(slot)) {
            // Whoever saw a wipe that did not come about has not asked for it, nor told that it is unknown.
            m_table.load(slot);
            if (slot.before == Knowledge::unknown && !slot.assumed && !t.assumes) return false;
        }
        if (value_of(slot) != o.value) return false;
    }
    for (const AccountEffect& e : t.effects.accounts)
        if (!e.delta.is_zero() && !sum_in_bounds(t.accounts[e.row]->committed.record.balance, e.delta))
            return false;
    return true;
}

void CommittedState::commit(const Incarnation& t, Position position) {
    if (t.assumes) list_assumptions(t);
    const Chain chain = chain_before(t);
    for (const AccountEffect& e : t.effects.accounts) enter(*t.accounts[e.row], e, position);
    for (const SlotEffect& e : t.effects.slots) change(*t.slots[e.row], position, e.value);
    extend_chains(t, chain);
}

/// As BlockParallelism counts, but for what is written twice in the block.
Chain CommittedState::chain_before(const Incarnation& t) const {
    Chain longest{.gas = 0, .length = 0, .count = m_dependence.longest.count};
    const auto needs = [&](const Chain& chain) {
        if (chain.count == longest.count && chain.gas > longest.gas) longest = chain;
    };
    for (const SlotObservation& o : t.observations.slots) needs(t.slots[o.row]->chain);
    for (const AccountObservation& o : t.observations.accounts) {
        const AccountEntry& entry = *t.accounts[o.row];
        if (entry.chain.count != longest.count || entry.changed_in != m_block) continue;
        const AccountState& start = m_changed_accounts[entry.place].before;
        const bool held = o.balance.holds(start.record.balance) && o.liveness == Liveness::not_observed &&
                          (!o.code_hash || *o.code_hash == start.record.code_hash);
        if (!held) needs(entry.chain);
    }
    return longest;
}

void CommittedState::extend_chains(const Incarnation& t, Chain chain) {
    chain.gas += t.outcome.gas_used;
    ++chain.length;
    m_dependence.gas += t.outcome.gas_used;
    const auto ends_in = [&](Chain& last) {
        if (last.count != chain.count || last.gas < chain.gas) last = chain;
    };
    for (const AccountEffect& e : t.effects.accounts) ends_in(t.accounts[e.row]->chain);
    for (const SlotEffect& e : t.effects.slots) ends_in(t.slots[e.row]->chain);
    ends_in(m_dependence.longest);
}

void CommittedState::enter(AccountEntry& entry, const AccountEffect& effect, Position position) {
    if (only_touches(effect) && entry.committed.exists && !is_empty(entry.committed.record)) return;
    AccountState state = entry.committed;
    apply(state, effect, position, m_state_clearing);
    change(entry, position, state);
}

/// Where two of the three parties are one account, the effects on it are one: whether it is empty is a
/// question of the transaction's end.
bool CommittedState::transfer(const PlainTransfer& t, const Transaction& tx, bool warms_beneficiary,
                              Position position) {
    if (!stands(t, tx)) return false;
    std::array<AccountEntry*, 3> parties{t.sender, t.recipient, m_fee_account};
    std::array<AccountEffect, 3> effects{};
    effects[0].delta = U256{} - t.fee - tx.value;
    effects[0].nonce = tx.nonce + 1;
    effects[1].delta = tx.value;
    effects[2].delta = t.tip;
    for (size_t i = 0; i < 3; ++i) {
        effects[i].touched = true;
        if (is_assumption(*parties[i]) && !m_journal.missing().assume_absent) return false;
        if (!sum_in_bounds(parties[i]->committed.record.balance, effects[i].delta)) return false;
    }
    if (warms_beneficiary) {
        std::swap(parties[1], parties[2]);
        std::swap(effects[1], effects[2]);
    }
    for (size_t i = 0; i < 3; ++i) {
        size_t same = 0;
        while (parties[same] != parties[i]) ++same;
        if (same != i) {
            effects[same].delta += effects[i].delta;
            parties[i] = nullptr;
        } else {
            list_assumption(*parties[i]);
        }
    }
    for (size_t i = 0; i < 3; ++i)
        if (parties[i] != nullptr) enter(*parties[i], effects[i], position);
    return true;
}

// ---- what is told of the block

bool CommittedState::is_assumption(const AccountEntry& entry) {
    return entry.before == Knowledge::unknown && entry.changed_in == 0 && !entry.assumed;
}

void CommittedState::list_assumption(AccountEntry& entry) {
    if (!is_assumption(entry)) return;
    entry.assumed = true;
    m_assumed_accounts.push_back(entry.address);
}

/// In the order of first use, which is the order in which the serial journal would have asked.
void CommittedState::list_assumptions(const Incarnation& t) {
    for (AccountEntry* entry : t.accounts) list_assumption(*entry);
    for (SlotEntry* slot : t.slots) {
        if (!is_from_pre_state(*slot) || slot->before != Knowledge::unknown || slot->assumed) continue;
        slot->assumed = true;
        m_assumed_slots.push_back({slot->account->address, slot->key});
    }
}

void CommittedState::take_journals_assumptions() {
    MissingReads& missing = m_journal.missing();
    for (const Address& address : missing.accounts) {
        if (m_table_used)
            m_table.find_account(address, m_arena)->assumed = true;
        else
            m_told_accounts.push_back(address);
        m_assumed_accounts.push_back(address);
    }
    for (const SlotKey& key : missing.slots) {
        if (m_table_used)
            m_table.slot(m_table.find_account(key.address, m_arena), key.slot, m_arena)->assumed = true;
        else
            m_told_slots.push_back(key);
        m_assumed_slots.push_back(key);
    }
    missing.accounts.clear();
    missing.slots.clear();
}

void CommittedState::take_assumed(std::vector<Address>& accounts, std::vector<SlotKey>& slots) {
    take_journals_assumptions();
    accounts = std::exchange(m_assumed_accounts, {});
    slots = std::exchange(m_assumed_slots, {});
}

StateDiff CommittedState::diff(Position position, const ForEach& for_each) {
    if (!m_mixed) return m_journal.diff();
    if (m_on_journal) enter_journal(position);
    return table_diff(for_each);
}

}  // namespace warpevm
