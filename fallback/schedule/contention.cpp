// SPDX-License-Identifier: Apache-2.0
#include "fallback/schedule/contention.hpp"

namespace warpevm {
namespace {

/// So many stale incarnations, and more than half as many as valid ones, make a group contended.
constexpr uint32_t suspicious = 3;

}  // namespace

/// Formed when the first incarnation fails validation: in most blocks hardly any does.
void Contention::group(std::span<const BlockTransaction> transactions) {
    m_group.assign(transactions.size(), none);
    m_before.assign(transactions.size(), none);
    m_after.assign(transactions.size(), none);
    SeededMap<Address, uint32_t> groups;
    std::vector<uint32_t> last;
    for (uint32_t i = 0; i < transactions.size(); ++i) {
        const Transaction& tx = *transactions[i].tx;
        if (!tx.to) continue;
        const auto [it, fresh] = groups.try_emplace(*tx.to, static_cast<uint32_t>(groups.size()));
        m_group[i] = it->second;
        if (fresh) {
            last.push_back(i);
            continue;
        }
        m_before[i] = std::exchange(last[it->second], i);
        m_after[m_before[i]] = i;
    }
    m_records.resize(groups.size());
    m_contended = std::make_unique<std::atomic<bool>[]>(groups.size());
    m_known.store(true, std::memory_order_release);
}

void Contention::note(std::span<const BlockTransaction> transactions, uint32_t index, bool kept) {
    if (!m_known.load(std::memory_order_relaxed)) {
        if (kept) return;
        group(transactions);
    }
    if (m_group[index] == none) return;
    Record& record = m_records[m_group[index]];
    ++(kept ? record.kept : record.stale);
    const bool contended = record.stale >= suspicious && 2 * record.stale > record.kept;
    m_contended[m_group[index]].store(contended, std::memory_order_relaxed);
}

}  // namespace warpevm
