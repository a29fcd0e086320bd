// SPDX-License-Identifier: Apache-2.0
#include "fallback/table/commit_batch.hpp"

#include <algorithm>
#include <atomic>

#include "fallback/table/committed_view.hpp"

namespace warpevm {
namespace {

/// Transactions that are dealt out in one piece.
constexpr size_t items_in_part = 256;

/// Entries are far apart in memory: they are fetched while earlier ones are worked on.
constexpr size_t fetched_ahead = 4;

/// Whether the batch may hold it. What it excludes would let one row's state depend on another's.
bool suits(const Incarnation& t) {
    if (t.undecided || t.assumes || t.outcome.invalid.code != ErrorCode::none) return false;
    const auto asks = [](const AccountObservation& o) { return has(o, OBSERVED_STORAGE); };
    const auto wipes = [](const AccountEffect& e) { return has(e, WIPED); };
    return std::none_of(t.records.account_observations.begin(), t.records.account_observations.end(), asks) &&
           std::none_of(t.records.account_effects.begin(), t.records.account_effects.end(), wipes);
}

/// Until `what` answers false. Each item has a `row`, whose entry it will need.
template <class Items, class EntryAt, class Do>
void for_each_fetched(const Items& items, const EntryAt& entry_at, const Do& what) {
    for (size_t i = 0; i < items.size(); ++i) {
        if (i + fetched_ahead < items.size()) {
            const auto& ahead = entry_at(items[i + fetched_ahead].row);
            for (size_t line = 0; line < sizeof ahead; line += 64)
                __builtin_prefetch(reinterpret_cast<const char*>(&ahead) + line);
        }
        if (!what(items[i])) return;
    }
}

}  // namespace

uint32_t CommitBatch::validate(const Place& place, std::span<Incarnation* const> batch,
                               const ForEach& for_each) {
    m_batch = batch;
    m_place = place;
    m_accounts.resize(shards);
    m_slots.resize(shards);
    m_parts.resize(batch.size() / items_in_part + 1);
    for_each(m_parts.size(), [&](size_t i) {
        deal_out(m_parts[i], piece_begin(batch.size(), m_parts.size(), i),
                 piece_begin(batch.size(), m_parts.size(), i + 1));
    });
    auto end = static_cast<uint32_t>(batch.size());
    for (const Part& part : m_parts) end = std::min(end, part.end);
    ++m_stamp;
    for_each(2 * shards, [&](size_t i) { i < shards ? run_accounts(i, end) : run_slots(i - shards, end); });
    for (size_t i = 0; i < shards; ++i) end = std::min({end, m_accounts[i].end, m_slots[i].end});
    return end;
}

/// An account that has changed slots counts as changed, so it is mentioned where the transaction did nothing
/// else to it; once for several slots in a row.
void CommitBatch::deal_out(Part& part, size_t begin, size_t end) const {
    part.accounts.resize(shards);
    part.slots.resize(shards);
    for (size_t i = 0; i < shards; ++i) {
        part.accounts[i].clear();
        part.slots[i].clear();
    }
    part.end = ~uint32_t{0};
    for (size_t i = begin; i < end; ++i) {
        const Incarnation& t = *m_batch[i];
        const auto item = static_cast<uint32_t>(i);
        if (!suits(t)) {
            part.end = item;
            return;
        }
        const auto deal = [item](auto& to, Use::What what, const auto& record) {
            to[record.row % shards].push_back({&record, record.row, item, what});
        };
        for (const AccountObservation& o : t.records.account_observations)
            deal(part.accounts, Use::observation, o);
        for (const SlotObservation& o : t.records.slot_observations) deal(part.slots, Use::observation, o);
        for (const AccountEffect& e : t.records.account_effects) deal(part.accounts, Use::effect, e);
        Row mentioned = ROW_IS_NEW_KEY;
        for (const SlotEffect& e : t.records.slot_effects) {
            deal(part.slots, Use::effect, e);
            const Row account = m_table.slot(e.row).account;
            if (std::exchange(mentioned, account) != account)
                part.accounts[account % shards].push_back({nullptr, account, item, Use::mention});
        }
    }
}

// ---- accounts

void CommitBatch::run_accounts(size_t index, uint32_t end) {
    AccountShard& shard = m_accounts[index];
    shard.now.clear();
    shard.end = ~uint32_t{0};
    for (const Part& part : m_parts)
        for_each_fetched(
            part.accounts[index], [this](Row row) -> AccountEntry& { return m_table.account(row); },
            [&](const Use& use) {
                if (use.item >= std::min(end, shard.end)) return false;
                if (use.what == Use::mention) return now(shard, use.row), true;
                const bool holds = use.what == Use::observation ? observed(shard, use) : effected(shard, use);
                if (!holds) shard.end = use.item;
                return holds;
            });
}

CommitBatch::AccountNow& CommitBatch::now(AccountShard& shard, Row row) {
    AccountEntry& entry = m_table.account(row);
    if (entry.batch != m_stamp) {
        entry.batch = m_stamp;
        entry.place_in_batch = static_cast<uint32_t>(shard.now.size());
        shard.now.push_back({row, none_did, entry.committed});
    }
    return shard.now[entry.place_in_batch];
}

bool CommitBatch::observed(const AccountShard& shard, const Use& use) const {
    AccountEntry& entry = m_table.account(use.row);
    if (entry.defers_credit.load(std::memory_order_relaxed))
        entry.defers_credit.store(false, std::memory_order_relaxed);
    const bool is_changed = entry.batch == m_stamp;
    return holds(*static_cast<const AccountObservation*>(use.record),
                 values_of(is_changed ? shard.now[entry.place_in_batch].state : entry.committed));
}

bool CommitBatch::effected(AccountShard& shard, const Use& use) {
    const auto& effect = *static_cast<const AccountEffect*>(use.record);
    const AccountEntry& entry = m_table.account(use.row);
    const bool is_changed = entry.batch == m_stamp;
    const AccountState& before = is_changed ? shard.now[entry.place_in_batch].state : entry.committed;
    if (changes_nothing(effect, before)) return true;
    if (!effect.delta.is_zero() && !sum_in_bounds(before.record.balance, effect.delta)) return false;
    AccountNow& account = now(shard, use.row);
    const Position wiped = account.state.wiped;
    apply(account.state, effect, position_of(use.item), m_place.state_clearing);
    account.last = use.item;
    return account.state.wiped == wiped;  // it was empty and is deleted, and with it its storage
}

// ---- slots

void CommitBatch::run_slots(size_t index, uint32_t end) {
    SlotShard& shard = m_slots[index];
    shard.now.clear();
    shard.end = ~uint32_t{0};
    for (const Part& part : m_parts)
        for_each_fetched(
            part.slots[index], [this](Row row) -> SlotEntry& { return m_table.slot(row); },
            [&](const Use& use) {
                if (use.item >= std::min(end, shard.end)) return false;
                if (use.what == Use::effect) return effected(shard, use), true;
                const bool holds = observed(shard, use);
                if (!holds) shard.end = use.item;
                return holds;
            });
}

bool CommitBatch::observed(const SlotShard& shard, const Use& use) const {
    SlotEntry& slot = m_table.slot(use.row);
    const U256& value = static_cast<const SlotObservation*>(use.record)->value;
    if (slot.batch == m_stamp) return shard.now[slot.place_in_batch].value == value;
    return holds(m_table, slot, value, /*assumes=*/false);
}

void CommitBatch::effected(SlotShard& shard, const Use& use) {
    SlotEntry& slot = m_table.slot(use.row);
    if (slot.batch != m_stamp) {
        slot.batch = m_stamp;
        slot.place_in_batch = static_cast<uint32_t>(shard.now.size());
        shard.now.push_back({use.row, use.item, {}});
    }
    SlotNow& now = shard.now[slot.place_in_batch];
    now.last = use.item;
    now.value = static_cast<const SlotEffect*>(use.record)->value;
}

// ---- commit

void CommitBatch::commit(uint32_t count, BlockChanges& changes, const ForEach& for_each) {
    if (count < m_batch.size()) {  // shards may have gone further
        ++m_stamp;
        for_each(2 * shards,
                 [&](size_t i) { i < shards ? run_accounts(i, count) : run_slots(i - shards, count); });
    }
    for_each(shards, [&](size_t i) { commit_accounts(m_accounts[i], changes); });
    for_each(shards, [&](size_t i) { commit_slots(m_slots[i], changes); });
}

void CommitBatch::commit_accounts(const AccountShard& shard, BlockChanges& changes) {
    const auto entry_at = [this](Row row) -> AccountEntry& { return m_table.account(row); };
    for_each_fetched(shard.now, entry_at, [&](const AccountNow& now) {
        AccountEntry& entry = m_table.account(now.row);
        if (entry.changed_in != m_place.block) {
            entry.changed_in = m_place.block;
            entry.place =
                changes.add(now.row, BlockChanges::Account{entry.address, entry.committed, entry.committed});
        }
        if (now.last == none_did) return true;
        changes.part(now.row).accounts[entry.place].after = now.state;
        m_table.commit(entry, position_of(now.last), now.state);
        return true;
    });
}

void CommitBatch::commit_slots(const SlotShard& shard, BlockChanges& changes) {
    AccountEntry* counted = nullptr;  // whose nonzero slots `more` are
    uint32_t more = 0;
    const auto count = [&] {  // slots of one account are in several shards
        if (more != 0) std::atomic_ref(counted->nonzero_slots).fetch_add(more, std::memory_order_relaxed);
    };
    const auto entry_at = [this](Row row) -> SlotEntry& { return m_table.slot(row); };
    for_each_fetched(shard.now, entry_at, [&](const SlotNow& now) {
        SlotEntry& slot = m_table.slot(now.row);
        AccountEntry& account = m_table.account_of(slot);
        if (slot.changed_in != m_place.block) {
            slot.changed_in = m_place.block;
            slot.place = changes.add(
                now.row,
                BlockChanges::Slot{slot.key, value_of(slot, account), {}, 0, slot.account, account.place});
        }
        BlockChanges::Slot& change = changes.part(now.row).slots[slot.place];
        change.after = now.value;
        change.written = position_of(now.last);
        if (&account != counted) {
            count();
            counted = &account;
            more = 0;
        }
        more -= counts_as_nonzero(slot, account) ? 1 : 0;
        m_table.commit(slot, change.written, now.value);
        more += counts_as_nonzero(slot, account) ? 1 : 0;
        return true;
    });
    count();
}

}  // namespace warpevm
