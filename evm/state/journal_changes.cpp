// SPDX-License-Identifier: Apache-2.0
// What changed: the difference of a block, what another executor changed in it, and what changed between two
// moments of a window, for roots after each transaction. The last is found in the undo logs, so that
// executions without such roots pay nothing.
#include <algorithm>

#include "evm/state/journal.hpp"

namespace warpevm {
namespace {

template <class Less>
void sort_once(std::vector<Row>& rows, Less&& less) {
    std::sort(rows.begin(), rows.end(), less);
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
}

}  // namespace

template <bool R>
StateDiff Journal<R>::diff() const {
    StateDiff diff;
    // Slots that changed, grouped by account through one sort.
    std::vector<Row> slots;
    for (const Row row : m_dirty_slots) {
        const SlotRow& s = m_slots[row];
        const AccountRow& a = m_accounts[s.account];
        if (s.generation != a.generation) continue;
        const U256 before = a.wiped ? U256{} : s.before;
        if (a.exists && s.current != before) slots.push_back(row);
    }
    // Sorted as copies: an attacker makes a hundred thousand accounts for little gas, and each comparison of
    // rows in place would miss the cache twice.
    struct DirtyAccount {
        Address address;
        Row row;
    };
    std::vector<DirtyAccount> accounts;
    accounts.reserve(m_dirty_accounts.size());
    for (const Row row : m_dirty_accounts) accounts.push_back({m_accounts[row].address, row});
    std::sort(accounts.begin(), accounts.end(),
              [](const DirtyAccount& x, const DirtyAccount& y) { return x.address < y.address; });
    std::vector<uint32_t>& rank = m_ranks;
    rank.resize(std::max(rank.size(), m_accounts.size()));
    for (uint32_t i = 0; i < accounts.size(); ++i) rank[accounts[i].row] = i;
    std::sort(slots.begin(), slots.end(), [&](Row x, Row y) {
        const SlotRow &a = m_slots[x], &b = m_slots[y];
        return a.account != b.account ? rank[a.account] < rank[b.account] : a.key < b.key;
    });

    std::vector<const Code*> codes;
    size_t next = 0;
    for (const auto& [address, row] : accounts) {
        const AccountRow& a = m_accounts[row];
        AccountChange change{.address = address,
                             .exists = a.exists,
                             .storage_wiped = a.wiped && a.exists && a.before_exists,
                             .nonce = a.nonce,
                             .balance = a.balance,
                             .code_hash = a.code_hash,
                             .first_slot = static_cast<uint32_t>(diff.slots.size())};
        for (; next < slots.size() && m_slots[slots[next]].account == row; ++next)
            diff.slots.push_back({m_slots[slots[next]].key, m_slots[slots[next]].current});
        change.slot_count = static_cast<uint32_t>(diff.slots.size()) - change.first_slot;
        const bool same = a.exists == a.before_exists && a.balance == a.before_balance &&
                          a.nonce == a.before_nonce && a.code_hash == a.before_code_hash &&
                          !change.storage_wiped && change.slot_count == 0;
        if (same) continue;
        if (a.has_code() && a.code_hash != a.before_code_hash) {
            const Code* code = a.code != nullptr ? a.code : m_codes.find(a.code_hash);
            if (code != nullptr) codes.push_back(code);
        }
        diff.accounts.push_back(change);
    }
    std::sort(codes.begin(), codes.end(), [](const Code* x, const Code* y) { return x->hash() < y->hash(); });
    codes.erase(std::unique(codes.begin(), codes.end()), codes.end());
    for (const Code* code : codes) {
        diff.codes.push_back({code->hash(), static_cast<uint32_t>(diff.code_bytes.size()),
                              static_cast<uint32_t>(code->bytes().size())});
        append(diff.code_bytes, code->bytes());
    }
    return diff;
}

template <bool R>
Row Journal<R>::take_over(const Address& address, const Moved<std::optional<AccountRecord>>& account,
                          bool is_new) {
    const auto [found, unknown] = m_account_rows.try_emplace(address, static_cast<Row>(m_accounts.size()));
    const Row row = found->second;
    if (unknown) {
        AccountRow& a = m_accounts.emplace_back();
        if constexpr (R) m_starts.emplace_back();
        const AccountRecord before = account.before.value_or(AccountRecord{});
        a.address = address;
        a.has_storage = before.has_storage;
        a.fresh_storage = is_new;
        a.before_balance = before.balance;
        a.before_nonce = before.nonce;
        a.before_code_hash = before.code_hash;
        a.before_exists = account.before.has_value();
    }
    AccountRow& a = m_accounts[row];
    const AccountRecord now = account.now.value_or(AccountRecord{});
    a.balance = now.balance;
    a.nonce = now.nonce;
    a.code_hash = now.code_hash;
    a.code = a.has_code() ? nullptr : m_codes.empty();
    a.exists = account.now.has_value();
    if (!a.dirty) m_dirty_accounts.push_back(row);
    a.dirty = true;
    return row;
}

template <bool R>
void Journal<R>::take_over(Row account, const U256& key, const Moved<U256>& slot) {
    const Row row = unread_slot(account, key);
    SlotRow& s = m_slots[row];
    AccountRow& a = m_accounts[account];
    if (!s.loaded) {
        s.before = slot.before;
    } else if (s.generation != a.generation) {
        s.before = {};
    }
    s.loaded = true;
    s.generation = a.generation;
    s.current = slot.now;
    s.written = m_tx;
    a.wrote_storage |= !slot.now.is_zero();
    if (!s.dirty) m_dirty_slots.push_back(row);
    s.dirty = true;
}

template <bool R>
void Journal<R>::end_block() {
    for (const Row row : m_dirty_slots) {
        SlotRow& s = m_slots[row];
        if (s.generation != m_accounts[s.account].generation) {
            s.generation = m_accounts[s.account].generation;
            s.current = {};
        }
        s.before = s.current;
        s.dirty = false;
    }
    m_dirty_slots.clear();
    for (const Row row : m_dirty_accounts) {
        AccountRow& a = m_accounts[row];
        a.before_balance = a.balance;
        a.before_nonce = a.nonce;
        a.before_code_hash = a.code_hash;
        a.before_exists = a.exists;
        a.wiped = false;
        a.dirty = false;
    }
    m_dirty_accounts.clear();
}

// ---- between two moments
// ------------------------------------------------------------------------------------------

/// Of the transaction that ends.
template <bool R>
void Journal<R>::note_changes() {
    for (const Undo& u : m_undo) switch (u.kind) {
            case Undo::Kind::transient:
            case Undo::Kind::warm_account:
            case Undo::Kind::warm_slot: break;
            case Undo::Kind::slot:
                m_listed_slots.push_back(u.row);
                m_listed_accounts.push_back(m_slots[u.row].account);
                break;
            default: m_listed_accounts.push_back(u.row);
        }
    // Some of these are in no undo log, see touch.
    for (const std::vector<Row>* rows : {&m_touched, &m_destructed})
        for (const Row row : *rows)
            if (!m_accounts[row].exists) m_listed_removals.push_back(row);
}

template <bool R>
StateDiff Journal<R>::take_changes() {
    StateDiff changes;
    std::vector<Row>& accounts = m_listed_accounts;
    accounts.insert(accounts.end(), m_listed_removals.begin(), m_listed_removals.end());
    const auto by_address = [this](Row x, Row y) { return m_accounts[x].address < m_accounts[y].address; };
    sort_once(accounts, by_address);
    sort_once(m_listed_removals, by_address);
    sort_once(m_listed_slots, [&](Row x, Row y) {
        const SlotRow &a = m_slots[x], &b = m_slots[y];
        return a.account != b.account ? by_address(a.account, b.account) : a.key < b.key;
    });
    auto slot = m_listed_slots.begin();
    for (const Row row : accounts) {
        const AccountRow& a = m_accounts[row];
        const bool removed =
            std::binary_search(m_listed_removals.begin(), m_listed_removals.end(), row, by_address);
        AccountChange change{.address = a.address,
                             .exists = a.exists,
                             .storage_wiped = a.exists && removed,
                             .nonce = a.nonce,
                             .balance = a.balance,
                             .code_hash = a.code_hash,
                             .first_slot = static_cast<uint32_t>(changes.slots.size())};
        for (; slot != m_listed_slots.end() && m_slots[*slot].account == row; ++slot) {
            const SlotRow& s = m_slots[*slot];
            if (a.exists && s.generation == a.generation) changes.slots.push_back({s.key, s.current});
        }
        change.slot_count = static_cast<uint32_t>(changes.slots.size()) - change.first_slot;
        changes.accounts.push_back(change);
    }
    accounts.clear();
    m_listed_slots.clear();
    m_listed_removals.clear();
    return changes;
}

template StateDiff Journal<false>::diff() const;
template StateDiff Journal<true>::diff() const;
template Row Journal<false>::take_over(const Address&, const Moved<std::optional<AccountRecord>>&, bool);
template Row Journal<true>::take_over(const Address&, const Moved<std::optional<AccountRecord>>&, bool);
template void Journal<false>::take_over(Row, const U256&, const Moved<U256>&);
template void Journal<true>::take_over(Row, const U256&, const Moved<U256>&);
template void Journal<false>::end_block();
template void Journal<true>::end_block();
template void Journal<false>::note_changes();
template void Journal<true>::note_changes();
template StateDiff Journal<false>::take_changes();
template StateDiff Journal<true>::take_changes();

}  // namespace warpevm
