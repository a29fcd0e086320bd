// SPDX-License-Identifier: Apache-2.0
#include "fallback/table/committed_state.hpp"

#include <algorithm>

namespace warpevm {
namespace {

AccountValues values_of(const AccountEntry& entry, bool with_storage) {
    const AccountState& s = entry.committed;
    return {s.record.balance, s.record.nonce, s.record.code_hash, with_storage && holds_storage(entry),
            s.exists};
}

/// A balance that would leave [0, 2^255) fails validation: executed on the journal, serial's rules decide.
bool sum_in_bounds(const U256& balance, const U256& delta) {
    if (balance.limb[3] >> 63 != 0) return false;
    const U256 sum = balance + delta;
    return delta.limb[3] >> 63 != 0 ? sum < balance : sum >= balance;
}

}  // namespace

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
    m_changed_accounts.clear();
    m_changed_slots.clear();
    m_beneficiary = nullptr;
    use_journal();
    m_mixed = false;
    m_all_entered = false;
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

// ---- what is entered

void CommittedState::note_change(AccountEntry& entry) {
    if (entry.changed_in == m_block) return;
    entry.changed_in = m_block;
    entry.place = static_cast<uint32_t>(m_changed_accounts.size());
    m_changed_accounts.push_back({&entry, entry.committed});
}

/// For take_over.
void CommittedState::note_move(AccountEntry& entry) {
    if (!m_notes_moves || entry.moved_in == m_stay) return;
    entry.moved_in = m_stay;
    m_moved_accounts.push_back({&entry, entry.committed});
    m_notes_moves = few_moved();
}

void CommittedState::change(AccountEntry& entry, Position position, const AccountState& state) {
    note_move(entry);
    note_change(entry);
    list_change(entry, position);
    if (state.wiped != entry.committed.wiped) entry.nonzero_slots = 0;
    m_table.commit(entry, position, state);
}

void CommittedState::change(SlotEntry& entry, Position position, const U256& value) {
    note_move(*entry.account);
    if (m_notes_moves && entry.moved_in != m_stay) {
        entry.moved_in = m_stay;
        m_moved_slots.push_back({&entry, value_of(entry)});
        m_notes_moves = few_moved();
    }
    note_change(*entry.account);
    if (entry.changed_in != m_block) {
        entry.changed_in = m_block;
        uint32_t& last = m_changed_accounts[entry.account->place].last_slot;
        m_changed_slots.push_back({&entry, value_of(entry), last});
        last = static_cast<uint32_t>(m_changed_slots.size() - 1);
    }
    list_change(*entry.account, position);
    if (m_lists_changes && !m_on_journal) m_listed_slots.push_back(&entry);
    set(entry, position, value);
}

void CommittedState::list_change(AccountEntry& entry, Position position) {
    if (!m_lists_changes || m_on_journal) return;
    if (m_listed_accounts.empty()) m_listed_from = position;
    m_listed_accounts.push_back(&entry);
}

/// Keeps the count of an account's nonzero slots: going through its storage would not be bounded by gas.
void CommittedState::set(SlotEntry& entry, Position position, const U256& value) {
    const auto counts = [&] {
        return entry.committed_at > entry.account->committed.wiped && !entry.committed.is_zero() ? 1U : 0U;
    };
    entry.account->nonzero_slots -= counts();
    m_table.commit(entry, position, value);
    entry.account->nonzero_slots += counts();
}

bool CommittedState::validate(const Incarnation& t) {
    for (const AccountObservation& o : t.observations.accounts) {
        const AccountEntry& entry = *t.accounts[o.row];
        if (&entry == m_beneficiary) m_fees_observed.store(true, std::memory_order_relaxed);
        if (!holds(o, values_of(entry, o.has_storage.has_value()))) return false;
    }
    for (const SlotObservation& o : t.observations.slots) {
        SlotEntry& slot = *t.slots[o.row];
        if (is_from_pre_state(slot)) {
            // An incarnation that observed a wipe which is not committed has not read the pre-state.
            if (!m_table.load(slot)) return false;
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
    if (!is_plain_transfer(t, tx) || !m_table.load(*m_beneficiary)) return false;
    std::array<AccountEntry*, 3> parties{t.sender, t.recipient, m_beneficiary};
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

// ---- what is reported of the block

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
    const auto append = [](auto& to, const auto& more) { to.insert(to.end(), more.begin(), more.end()); };
    if (!m_table_used) {
        append(m_early_assumed_accounts, missing.accounts);
        append(m_early_assumed_slots, missing.slots);
        append(m_assumed_accounts, missing.accounts);
        append(m_assumed_slots, missing.slots);
        missing.accounts.clear();
        missing.slots.clear();
        return;
    }
    for (const Address& address : missing.accounts) {
        AccountEntry* entry = m_table.find_account(address, m_arena);
        if (!std::exchange(entry->assumed, true)) m_assumed_accounts.push_back(address);
    }
    for (const SlotKey& key : missing.slots) {
        SlotEntry* slot = m_table.slot(m_table.find_account(key.address, m_arena), key.slot, m_arena);
        if (!std::exchange(slot->assumed, true)) m_assumed_slots.push_back(key);
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
    if (m_on_journal && !m_mixed) return m_journal.diff();
    if (m_on_journal) enter_journal(position);
    return table_diff(for_each);
}

}  // namespace warpevm
