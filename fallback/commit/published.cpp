// SPDX-License-Identifier: Apache-2.0
#include "fallback/commit/published.hpp"

namespace warpevm {

void Published::clear() {
    for (Incarnation* t : m_incarnations)
        if (t != nullptr) t->clear();
}

void Published::add(uint32_t index, Incarnation& t, Position position) {
    if (t.outcome.invalid.code == ErrorCode::none) add_versions(t, position);
    m_incarnations[index] = &t;
}

void Published::add_versions(Incarnation& t, Position at) {
    t.account_versions.reserve(t.records.account_effects.size());
    t.slot_versions.reserve(t.records.slot_effects.size());
    for (const AccountEffect& e : t.records.account_effects) {
        AccountVersion& version = t.account_versions.emplace_back(at, e);
        AccountEntry& entry = m_table.account(e.row);
        const bool is_credit = !has(e, WROTE_NONCE | WROTE_CODE | WIPED);
        const bool is_deferred = is_credit && entry.defers_credit.load(std::memory_order_relaxed);
        if (!only_touches(e) && !is_deferred) m_table.publish(entry, version);
    }
    for (const SlotEffect& e : t.records.slot_effects)
        m_table.publish(m_table.slot(e.row), t.slot_versions.emplace_back(at, e.value));
}

void Published::withdraw(Incarnation& t) {
    for (size_t i = 0; i < t.account_versions.size(); ++i)
        m_table.withdraw(m_table.account(t.records.account_effects[i].row), t.account_versions[i]);
    for (size_t i = 0; i < t.slot_versions.size(); ++i)
        m_table.withdraw(m_table.slot(t.records.slot_effects[i].row), t.slot_versions[i]);
}

void Published::mark_estimate(uint32_t index) {
    Incarnation& t = *m_incarnations[index];
    for (size_t i = 0; i < t.account_versions.size(); ++i)
        m_table.mark_estimate(m_table.account(t.records.account_effects[i].row), t.account_versions[i]);
    for (size_t i = 0; i < t.slot_versions.size(); ++i)
        m_table.mark_estimate(m_table.slot(t.records.slot_effects[i].row), t.slot_versions[i]);
}

}  // namespace warpevm
