// SPDX-License-Identifier: Apache-2.0
// What changed between two moments of a block or a window, for roots after each transaction: found in the
// undo logs, so that executions without such roots pay nothing.
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

template void Journal<false>::note_changes();
template void Journal<true>::note_changes();
template StateDiff Journal<false>::take_changes();
template StateDiff Journal<true>::take_changes();

}  // namespace warpevm
