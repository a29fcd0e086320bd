// SPDX-License-Identifier: Apache-2.0
#include "fallback/table/versions.hpp"

#include <algorithm>
#include <array>

namespace warpevm {
namespace {

bool take(AccountEntry& entry, const Read<AccountRecord>& read) {
    if (read.knowledge == Knowledge::failed) return false;
    entry.before = read.knowledge;
    entry.committed = {.record = read.value, .exists = read.knowledge == Knowledge::value};
    return true;
}

bool take(SlotEntry& entry, const Read<U256>& read) {
    if (read.knowledge == Knowledge::failed) return false;
    const std::lock_guard held(entry.lock);
    entry.before = read.knowledge;
    if (entry.committed_at == 0) entry.committed = read.value;
    return true;
}

/// Places in the index and entries are far apart in memory: they are fetched while earlier keys are looked
/// up, the place first.
constexpr size_t heads_ahead = 16, entries_ahead = 8;

/// find(i) of each, by hash_of(i).
template <class Entry, class HashOf, class Find>
void for_each_key(size_t count, const Interner<Entry>& entries, const HashOf& hash_of, const Find& find) {
    std::array<size_t, heads_ahead> hashes{};
    for (size_t i = 0; i < count + heads_ahead; ++i) {
        if (i >= heads_ahead) find(i - heads_ahead, hashes[i % heads_ahead]);
        if (i < count) {
            hashes[i % heads_ahead] = hash_of(i);
            entries.prefetch_head(hashes[i % heads_ahead]);
        }
        if (const size_t k = i - (heads_ahead - entries_ahead); i >= heads_ahead - entries_ahead && k < count)
            entries.prefetch_entry(hashes[k % heads_ahead]);
    }
}

/// Those that no thread has begun to load, in one batch.
template <class Key, class Value, class Entry, class KeyOf, class ReadAll>
void load_batch(std::span<const Row> rows, const Interner<Entry>& entries, KeyOf key_of, ReadAll read_all) {
    std::vector<std::pair<Entry*, LoadOnce::Begun>> ours;
    std::vector<Key> keys;
    for (const Row row : rows) {
        LoadOnce::Begun begun(entries[row].load);
        if (!begun) continue;
        keys.push_back(key_of(entries[row]));
        ours.emplace_back(&entries[row], std::move(begun));
    }
    if (keys.empty()) return;
    std::vector<Read<Value>> answers(keys.size());
    read_all(keys, answers);
    for (size_t i = 0; i < ours.size(); ++i) ours[i].second.finish(take(*ours[i].first, answers[i]));
}

}  // namespace

void apply(AccountState& state, const AccountEffect& effect, Position position, bool state_clearing) {
    AccountSum(position, effect).apply_to(state, state_clearing);
}

void Versions::reset(const StateView& state, size_t expected_accounts, size_t expected_slots) {
    m_slots.reset(expected_slots);
    m_accounts.reset(expected_accounts);
    m_state = &state;
}

bool Versions::load(AccountEntry& entry) {
    return entry.load.run([&] { return take(entry, m_state->read_account(entry.address)); });
}

/// A transaction that still reads the account from before a wipe may load a slot that was committed since.
bool Versions::load(SlotEntry& entry) {
    return entry.load.run([&] { return take(entry, m_state->read_slot(key_of(entry))); });
}

void Versions::load_accounts(std::span<const Row> rows) {
    const auto key = [](const AccountEntry& e) { return e.address; };
    const auto read = [this](const auto& keys, auto& answers) { m_state->read_accounts(keys, answers); };
    load_batch<Address, AccountRecord>(rows, m_accounts, key, read);
}

void Versions::load_slots(std::span<const Row> rows) {
    const auto key = [this](const SlotEntry& e) { return key_of(e); };
    const auto read = [this](const auto& keys, auto& answers) { m_state->read_slots(keys, answers); };
    load_batch<SlotKey, U256>(rows, m_slots, key, read);
}

void Versions::enter(std::span<const Address> keys, EntryStretches& stretches, std::span<Row> rows) {
    for_each_key(
        keys.size(), m_accounts, [&](size_t i) { return hash_value(keys[i]); },
        [&](size_t i, size_t hash) { rows[i] = m_accounts.find_or_add(hash, keys[i], stretches.accounts); });
    load_accounts(rows);
}

/// `accounts`: of the slots, each once where several of one follow each other.
void Versions::intern_slots(std::span<const SlotKey> keys, EntryStretches& stretches, std::span<Row> rows,
                            std::vector<Row>& accounts) {
    std::vector<Row> account_of(keys.size());
    for (size_t i = 0; i < keys.size(); ++i) {
        const bool is_last = i != 0 && keys[i - 1].address == keys[i].address;
        if (!is_last) accounts.push_back(intern(keys[i].address, stretches));
        account_of[i] = accounts.back();
    }
    const auto id = [&](size_t i) { return SlotId{account_of[i], keys[i].slot}; };
    for_each_key(
        keys.size(), m_slots, [&](size_t i) { return hash_of(id(i)); },
        [&](size_t i, size_t hash) { rows[i] = m_slots.find_or_add(hash, id(i), stretches.slots); });
}

void Versions::enter(std::span<const SlotKey> keys, EntryStretches& stretches, std::span<Row> rows) {
    std::vector<Row> accounts, stored;
    intern_slots(keys, stretches, rows, accounts);
    load_accounts(accounts);
    for (const Row row : rows) {
        const AccountEntry& account = account_of(slot(row));
        // Another thread may still be loading it.
        if (account.load.is_ready() && account.before == Knowledge::value) stored.push_back(row);
    }
    load_slots(stored);
}

Read<Hash> Versions::block_hash(const StateView& state, uint64_t number) {
    const std::lock_guard held(m_block_hashes_lock);
    const auto known = m_block_hashes.find(number);
    if (known != m_block_hashes.end()) return known->second;
    const Read<Hash> read = state.read_block_hash(number);
    if (read.knowledge != Knowledge::failed) m_block_hashes.emplace(number, read);
    return read;
}

AccountState Versions::at(AccountEntry& entry, Position position, bool state_clearing, Position& estimate) {
    const std::lock_guard held(entry.lock);
    AccountState state = entry.committed;
    if (entry.versions.empty()) return state;
    AccountSum sum;
    entry.versions.sum_before(
        position, [&](const AccountVersion& whole) { sum.then(whole.sum); },
        [&](const AccountVersion& one) { sum.then(one.own); });
    if (sum.estimate != 0) estimate = sum.estimate;
    sum.apply_to(state, state_clearing);
    return state;
}

Read<U256> Versions::at(SlotEntry& entry, Position position, Position wiped, Position& estimate) {
    // Storage that is new or was wiped has nothing in the pre-state.
    const bool old_storage = wiped == 0 && account_of(entry).before == Knowledge::value;
    if (old_storage && !load(entry)) return {Knowledge::failed, {}};
    const std::lock_guard held(entry.lock);
    if (const SlotVersion* v = entry.versions.last_before(position)) {
        if (v->estimate) estimate = v->position;
        return {Knowledge::value, v->position > wiped ? *v->value : U256{}};
    }
    if (entry.committed_at != 0)
        return {Knowledge::value, entry.committed_at > wiped ? entry.committed : U256{}};
    if (!old_storage) return {Knowledge::absent, {}};
    return {entry.before, entry.committed};
}

void Versions::publish(AccountEntry& entry, AccountVersion& version) {
    const std::lock_guard held(entry.lock);
    entry.versions.insert(version);
}

void Versions::publish(SlotEntry& entry, SlotVersion& version) {
    const std::lock_guard held(entry.lock);
    entry.versions.insert(version);
}

void Versions::mark_estimate(AccountEntry& entry, AccountVersion& version) {
    const std::lock_guard held(entry.lock);
    entry.versions.update(version, [](AccountVersion& v) { v.own.estimate = v.position; });
}

void Versions::mark_estimate(SlotEntry& entry, SlotVersion& version) {
    const std::lock_guard held(entry.lock);
    entry.versions.update(version, [](SlotVersion& v) { v.estimate = true; });
}

void Versions::withdraw(AccountEntry& entry, const AccountVersion& version) {
    const std::lock_guard held(entry.lock);
    entry.versions.erase(version);
}

void Versions::withdraw(SlotEntry& entry, const SlotVersion& version) {
    const std::lock_guard held(entry.lock);
    entry.versions.erase(version);
}

void Versions::commit(AccountEntry& entry, Position position, const AccountState& state) {
    const std::lock_guard held(entry.lock);
    entry.committed = state;
    entry.versions.drop_up_to(position);
}

void Versions::commit(SlotEntry& entry, Position position, const U256& value) {
    const std::lock_guard held(entry.lock);
    entry.committed_at = position;
    entry.committed = value;
    entry.versions.drop_up_to(position);
}

}  // namespace warpevm
