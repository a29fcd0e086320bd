// SPDX-License-Identifier: Apache-2.0
#include "fallback/table/committed_view.hpp"

namespace warpevm {

bool is_from_pre_state(const SlotEntry& slot, const AccountEntry& account) {
    return slot.committed_at == 0 && account.committed.wiped == 0 && account.before == Knowledge::value;
}

U256 value_of(const SlotEntry& slot, const AccountEntry& account) {
    if (slot.committed_at > account.committed.wiped || is_from_pre_state(slot, account))
        return slot.committed;
    return {};
}

bool holds_storage(const AccountEntry& entry) {
    return entry.committed.record.has_storage || entry.nonzero_slots != 0;
}

bool counts_as_nonzero(const SlotEntry& slot, const AccountEntry& account) {
    return slot.committed_at > account.committed.wiped && !slot.committed.is_zero();
}

bool holds(Versions& table, SlotEntry& slot, const U256& value, bool assumes) {
    const AccountEntry& account = table.account_of(slot);
    if (is_from_pre_state(slot, account)) {
        // An incarnation that observed a wipe which is not committed has not read the pre-state.
        if (!table.load(slot)) return false;
        if (slot.before == Knowledge::unknown && !slot.assumed && !assumes) return false;
    }
    return value_of(slot, account) == value;
}

bool sum_in_bounds(const U256& balance, const U256& delta) {
    if (balance.limb[3] >> 63 != 0) return false;
    const U256 sum = balance + delta;
    return delta.limb[3] >> 63 != 0 ? sum < balance : sum >= balance;
}

bool changes_nothing(const AccountEffect& effect, const AccountState& state) {
    return only_touches(effect) && state.exists && !is_empty(state.record);
}

bool is_assumption(const AccountEntry& entry) {
    return entry.before == Knowledge::unknown && entry.changed_in == 0 && !entry.assumed;
}

Read<AccountRecord> CommittedView::read(const Address& address) const {
    const std::optional<Row> row = m_table->known_account(address);
    if (!row) return m_state.read_account(address);
    AccountEntry& entry = m_table->account(*row);
    if (!m_table->load(entry)) return {Knowledge::failed, {}};
    if (!entry.committed.exists) return {is_assumption(entry) ? Knowledge::unknown : Knowledge::absent, {}};
    Read<AccountRecord> answer{Knowledge::value, entry.committed.record};
    answer.value.has_storage = holds_storage(entry);
    return answer;
}

Read<U256> CommittedView::read(const SlotKey& key) const {
    const std::optional<Row> account_row = m_table->known_account(key.address);
    if (!account_row) return m_state.read_slot(key);
    AccountEntry& account = m_table->account(*account_row);
    if (!m_table->load(account)) return {Knowledge::failed, {}};
    const std::optional<Row> row = m_table->known_slot(*account_row, key.slot);
    if (!row) {
        // Storage that is new or was wiped owes nothing to the pre-state.
        const bool is_new = account.committed.wiped != 0 || account.before != Knowledge::value;
        return is_new ? Read<U256>{Knowledge::value, {}} : m_state.read_slot(key);
    }
    SlotEntry& slot = m_table->slot(*row);
    if (is_from_pre_state(slot, account)) {
        if (!m_table->load(slot)) return {Knowledge::failed, {}};
        if (slot.before == Knowledge::unknown && !slot.assumed) return {Knowledge::unknown, {}};
    }
    return {Knowledge::value, value_of(slot, account)};
}

void CommittedView::read_accounts(std::span<const Address> keys,
                                  std::span<Read<AccountRecord>> answers) const {
    if (m_table == nullptr) return m_state.read_accounts(keys, answers);
    for (size_t i = 0; i < keys.size(); ++i) answers[i] = read(keys[i]);
}

void CommittedView::read_slots(std::span<const SlotKey> keys, std::span<Read<U256>> answers) const {
    if (m_table == nullptr) return m_state.read_slots(keys, answers);
    for (size_t i = 0; i < keys.size(); ++i) answers[i] = read(keys[i]);
}

}  // namespace warpevm
