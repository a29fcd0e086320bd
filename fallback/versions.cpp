// SPDX-License-Identifier: Apache-2.0
#include "fallback/versions.hpp"

#include <algorithm>

namespace warpevm {
namespace {

/// Keeps versions ascending; a transaction that runs again replaces what it said before.
template <class Versions>
void insert(Versions& versions, typename Versions::value_type version) {
    auto at = versions.end();
    while (at != versions.begin() && std::prev(at)->position > version.position) --at;
    if (at != versions.begin() && std::prev(at)->position == version.position)
        *std::prev(at) = version;
    else
        versions.insert(at, version);
}

template <class Versions>
void drop_up_to(Versions& versions, Position position) {
    if (versions.empty()) return;
    const auto keep =
        std::find_if(versions.begin(), versions.end(), [&](const auto& v) { return v.position > position; });
    versions.erase(versions.begin(), keep);
}

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

/// Those that nobody has begun, in one question.
template <class Key, class Value, class Entry, class KeyOf, class ReadAll>
void load_batch(std::span<Entry* const> entries, KeyOf key_of, ReadAll read_all) {
    std::vector<std::pair<Entry*, LoadOnce::Begun>> ours;
    std::vector<Key> keys;
    for (Entry* entry : entries) {
        LoadOnce::Begun begun(entry->load);
        if (!begun) continue;
        keys.push_back(key_of(*entry));
        ours.emplace_back(entry, std::move(begun));
    }
    if (keys.empty()) return;
    std::vector<Read<Value>> answers(keys.size());
    read_all(keys, answers);
    for (size_t i = 0; i < ours.size(); ++i) ours[i].second.finish(take(*ours[i].first, answers[i]));
}

template <class Versions>
void mark(Versions& versions, Position position) {
    for (auto& v : versions)
        if (v.position == position) v.pending = true;
}

template <class Versions>
void drop(Versions& versions, Position position) {
    const auto gone =
        std::find_if(versions.begin(), versions.end(), [&](const auto& v) { return v.position == position; });
    if (gone != versions.end()) versions.erase(gone);
}

}  // namespace

void apply(AccountState& state, const AccountEffect& effect, Position position, bool state_clearing) {
    AccountRecord& record = state.record;
    if (effect.nonce) record.nonce = *effect.nonce;
    if (effect.code_hash) record.code_hash = *effect.code_hash;
    record.balance += effect.delta;
    if (effect.touched) state.exists = true;
    if (effect.wiped || (state_clearing && effect.touched && is_empty(record)))
        state = {.record = {}, .exists = false, .wiped = position};
}

void Versions::reset(const StateView& state, size_t expected_accounts, size_t expected_slots) {
    m_slots.reset(expected_slots);
    m_accounts.reset(expected_accounts);
    m_state = &state;
}

bool Versions::load(AccountEntry& entry) {
    return entry.load.run([&] { return take(entry, m_state->read_account(entry.address)); });
}

/// Whoever still sees an account as it was before it was wiped may ask for a slot that was committed since.
bool Versions::load(SlotEntry& entry) {
    return entry.load.run([&] {
        return take(entry, m_state->read_slot({entry.account->address, entry.key}));
    });
}

void Versions::load_together(std::span<AccountEntry* const> entries) {
    const auto key = [](const AccountEntry& e) { return e.address; };
    const auto read = [this](const auto& keys, auto& answers) { m_state->read_accounts(keys, answers); };
    load_batch<Address, AccountRecord>(entries, key, read);
}

void Versions::load_together(std::span<SlotEntry* const> entries) {
    const auto key = [](const SlotEntry& e) { return SlotKey{e.account->address, e.key}; };
    const auto read = [this](const auto& keys, auto& answers) { m_state->read_slots(keys, answers); };
    load_batch<SlotKey, U256>(entries, key, read);
}

AccountState Versions::at(AccountEntry& entry, Position position, bool state_clearing, Position& pending) {
    const std::lock_guard held(entry.lock);
    AccountState state = entry.committed;
    for (const auto& version : entry.versions) {
        if (version.position >= position) break;
        if (version.pending) pending = version.position;
        apply(state, *version.effect, version.position, state_clearing);
    }
    return state;
}

Read<U256> Versions::at(SlotEntry& entry, Position position, Position wiped, Position& pending) {
    // Of storage that is new or was wiped the pre-state has nothing to say.
    const bool old_storage = wiped == 0 && entry.account->before == Knowledge::value;
    if (old_storage && !load(entry)) return {Knowledge::failed, {}};
    const std::lock_guard held(entry.lock);
    for (auto v = entry.versions.rbegin(); v != entry.versions.rend(); ++v) {
        if (v->position >= position) continue;
        if (v->pending) pending = v->position;
        return {Knowledge::value, v->position > wiped ? *v->value : U256{}};
    }
    if (entry.committed_at != 0)
        return {Knowledge::value, entry.committed_at > wiped ? entry.committed : U256{}};
    if (!old_storage) return {Knowledge::absent, {}};
    return {entry.before, entry.committed};
}

void Versions::publish(AccountEntry& entry, Position position, const AccountEffect& effect) {
    const std::lock_guard held(entry.lock);
    insert(entry.versions, {position, &effect});
}

void Versions::publish(SlotEntry& entry, Position position, const U256& value) {
    const std::lock_guard held(entry.lock);
    insert(entry.versions, {position, &value});
}

void Versions::make_pending(AccountEntry& entry, Position position) {
    const std::lock_guard held(entry.lock);
    mark(entry.versions, position);
}

void Versions::make_pending(SlotEntry& entry, Position position) {
    const std::lock_guard held(entry.lock);
    mark(entry.versions, position);
}

void Versions::withdraw(AccountEntry& entry, Position position) {
    const std::lock_guard held(entry.lock);
    drop(entry.versions, position);
}

void Versions::withdraw(SlotEntry& entry, Position position) {
    const std::lock_guard held(entry.lock);
    drop(entry.versions, position);
}

void Versions::commit(AccountEntry& entry, Position position, const AccountState& state) {
    const std::lock_guard held(entry.lock);
    entry.committed = state;
    drop_up_to(entry.versions, position);
}

void Versions::commit(SlotEntry& entry, Position position, const U256& value) {
    const std::lock_guard held(entry.lock);
    entry.committed_at = position;
    entry.committed = value;
    drop_up_to(entry.versions, position);
}

}  // namespace warpevm
