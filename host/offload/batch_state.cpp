// SPDX-License-Identifier: Apache-2.0
#include "host/offload/batch_state.hpp"

#include <algorithm>

#include "fallback/table/versions.hpp"

namespace warpevm {

bool holds(const ResultOf& result, const StateView& state) {
    const auto accounts = result.account_observations();
    std::vector<Address> addresses;
    for (const account_observation& o : accounts) addresses.push_back(result.results->account(o.row));
    std::vector<Read<AccountRecord>> records(addresses.size());
    state.read_accounts(addresses, records);
    for (size_t i = 0; i < accounts.size(); ++i) {
        if (records[i].knowledge == Knowledge::failed) return false;
        const AccountRecord& r = records[i].value;
        if (!holds(accounts[i], AccountValues{r.balance, r.nonce, r.code_hash, r.has_storage,
                                              records[i].knowledge == Knowledge::value}))
            return false;
    }
    const auto slots = result.slot_observations();
    std::vector<SlotKey> keys;
    for (const slot_observation& o : slots) keys.push_back(result.results->slot(o.row));
    std::vector<Read<U256>> values(keys.size());
    state.read_slots(keys, values);
    for (size_t i = 0; i < slots.size(); ++i)
        if (values[i].knowledge == Knowledge::failed || values[i].value != slots[i].value) return false;
    return true;
}

void BatchState::clear() {
    m_accounts.clear();
    m_slots.clear();
    m_codes.clear();
}

template <class Versions, class Key>
auto BatchState::last_before(const Versions& versions, const Key& key, uint32_t number)
    -> decltype(&versions.begin()->second.back()) {
    const auto found = versions.find(key);
    if (found == versions.end()) return nullptr;
    const auto& list = found->second;
    const auto after = std::lower_bound(list.begin(), list.end(), number,
                                        [](const auto& version, uint32_t n) { return version.number < n; });
    return after == list.begin() ? nullptr : &*(after - 1);
}

void BatchState::add(uint32_t number, const ResultOf& result, const StateView& base, uint32_t level) {
    const OffloadResults& from = *result.results;
    for (const account_effect& e : result.account_effects()) {
        const Address& address = from.account(e.row);
        std::vector<AccountAfter>& list = m_accounts[address];
        AccountAfter after{number, 0, {}, Knowledge::absent};
        if (!list.empty()) {
            after = list.back();
            after.number = number;
        } else {
            const Read<AccountRecord> read = base.read_account(address);
            after.account = {.record = read.value, .exists = read.knowledge == Knowledge::value};
            after.before = read.knowledge;
        }
        apply(after.account, e, Position{number} + 1, /*state_clearing=*/true);
        if (!e.delta.is_zero() || has(e, WIPED)) after.level = std::max(after.level, level);
        list.push_back(after);
    }
    for (const slot_effect& e : result.slot_effects())
        m_slots[from.slot(e.row)].push_back({number, level, e.value});
    for (const kernel::deployed_code& code : ResultOf::part(from.codes, from.codes_of[result.job])) {
        const BytesView bytes = BytesView(from.code_bytes).subspan(code.at, code.size);
        m_codes[code.hash].assign(bytes.begin(), bytes.end());
    }
}

uint32_t BatchState::level_read(const ResultOf& result) const {
    uint32_t level = 0;
    for (const slot_observation& o : result.slot_observations()) {
        const auto found = m_slots.find(result.results->slot(o.row));
        if (found != m_slots.end()) level = std::max(level, found->second.back().level);
    }
    for (const account_observation& o : result.account_observations()) {
        if (!has(o, OBSERVED_BALANCE)) continue;
        const auto found = m_accounts.find(result.results->account(o.row));
        if (found != m_accounts.end()) level = std::max(level, found->second.back().level);
    }
    return level;
}

void BatchView::read_accounts(std::span<const Address> keys, std::span<Read<AccountRecord>> answers) const {
    m_base.read_accounts(keys, answers);
    for (size_t i = 0; i < keys.size(); ++i) {
        const auto* after = BatchState::last_before(m_state.m_accounts, keys[i], m_number);
        if (after == nullptr || answers[i].knowledge == Knowledge::failed) continue;
        const AccountState& account = after->account;
        const Knowledge otherwise = account.wiped != 0 ? Knowledge::absent : after->before;
        answers[i] = {account.exists ? Knowledge::value : otherwise, account.record};
    }
}

/// A slot is what was written to it since its account was wiped.
void BatchView::read_slots(std::span<const SlotKey> keys, std::span<Read<U256>> answers) const {
    m_base.read_slots(keys, answers);
    for (size_t i = 0; i < keys.size(); ++i) {
        const auto* account = BatchState::last_before(m_state.m_accounts, keys[i].address, m_number);
        const auto* slot = BatchState::last_before(m_state.m_slots, keys[i], m_number);
        const Position wiped = account == nullptr ? 0 : account->account.wiped;
        if (slot != nullptr && slot->number + Position{1} > wiped)
            answers[i] = {Knowledge::value, slot->value};
        else if (wiped != 0)
            answers[i] = {Knowledge::absent, {}};
    }
}

void BatchView::read_codes(std::span<const Hash> hashes, std::span<Read<BytesView>> answers) const {
    for (size_t i = 0; i < hashes.size(); ++i) {
        const auto found = m_state.m_codes.find(hashes[i]);
        if (found == m_state.m_codes.end())
            m_base.read_codes(hashes.subspan(i, 1), answers.subspan(i, 1));
        else
            answers[i] = {Knowledge::value, found->second};
    }
}

}  // namespace warpevm
