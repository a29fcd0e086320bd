// SPDX-License-Identifier: Apache-2.0
#include "host/simulate/state_overrides.hpp"

#include <algorithm>

#include "evm/crypto/keccak.hpp"

namespace warpevm {

void StateOverrides::set(const Address& address, AccountOverride account) {
    Account& a = m_accounts[address];
    a = {.given = std::move(account), .code_hash = empty_code_hash};
    a.has_storage =
        std::ranges::any_of(a.given.slots, [](const auto& slot) { return !slot.second.is_zero(); });
    if (!a.given.code || a.given.code->empty()) return;
    a.code_hash = keccak256(*a.given.code);
    m_codes[a.code_hash] = std::exchange(*a.given.code, {});
}

void OverriddenState::read_accounts(std::span<const Address> keys,
                                    std::span<Read<AccountRecord>> answers) const {
    m_base.read_accounts(keys, answers);
    for (size_t i = 0; i < keys.size(); ++i) {
        const auto found = m_overrides.m_accounts.find(keys[i]);
        if (found == m_overrides.m_accounts.end() || answers[i].knowledge == Knowledge::failed) continue;
        const StateOverrides::Account& account = found->second;
        const AccountOverride& given = account.given;
        if (answers[i].knowledge != Knowledge::value) answers[i].value = {};
        AccountRecord& record = answers[i].value;
        if (given.balance) record.balance = *given.balance;
        if (given.nonce) record.nonce = *given.nonce;
        if (given.code) record.code_hash = account.code_hash;
        record.has_storage = account.has_storage || (record.has_storage && !given.replaces_storage);
        // An account of which nothing is left but its existence is as good as absent (EIP-161).
        if (answers[i].knowledge != Knowledge::value)
            answers[i].knowledge = record == AccountRecord{} ? Knowledge::absent : Knowledge::value;
    }
}

void OverriddenState::read_slots(std::span<const SlotKey> keys, std::span<Read<U256>> answers) const {
    m_base.read_slots(keys, answers);
    for (size_t i = 0; i < keys.size(); ++i) {
        const auto found = m_overrides.m_accounts.find(keys[i].address);
        if (found == m_overrides.m_accounts.end()) continue;
        const AccountOverride& given = found->second.given;
        const auto slot = given.slots.find(keys[i].slot);
        if (slot != given.slots.end())
            answers[i] = {Knowledge::value, slot->second};
        else if (given.replaces_storage)
            answers[i] = {Knowledge::absent, {}};
    }
}

void OverriddenState::read_codes(std::span<const Hash> hashes, std::span<Read<BytesView>> answers) const {
    for (size_t i = 0; i < hashes.size(); ++i) {
        const auto found = m_overrides.m_codes.find(hashes[i]);
        if (found == m_overrides.m_codes.end())
            m_base.read_codes(hashes.subspan(i, 1), answers.subspan(i, 1));
        else
            answers[i] = {Knowledge::value, found->second};
    }
}

}  // namespace warpevm
