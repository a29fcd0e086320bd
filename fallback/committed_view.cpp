// SPDX-License-Identifier: Apache-2.0
#include "fallback/committed_view.hpp"

namespace warpevm {

bool is_from_pre_state(const SlotEntry& slot) {
    const AccountEntry& account = *slot.account;
    return slot.committed_at == 0 && account.committed.wiped == 0 && account.before == Knowledge::value;
}

U256 value_of(const SlotEntry& slot) {
    if (slot.committed_at > slot.account->committed.wiped || is_from_pre_state(slot)) return slot.committed;
    return {};
}

bool holds_storage(const AccountEntry& entry) {
    if (entry.committed.record.has_storage) return true;
    for (const SlotEntry* slot = entry.written; slot != nullptr; slot = slot->next_written)
        if (!value_of(*slot).is_zero()) return true;
    return false;
}

bool is_assumption(const AccountEntry& entry) {
    return entry.before == Knowledge::unknown && entry.changed_in == 0 && !entry.assumed;
}

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
            answers[i] = {is_assumption(entry) ? Knowledge::unknown : Knowledge::absent, {}};
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

}  // namespace warpevm
