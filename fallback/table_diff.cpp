// SPDX-License-Identifier: Apache-2.0
// The difference of a block whose changes were entered in the table: as Journal::diff forms it.
#include <algorithm>

#include "fallback/committed_state.hpp"

namespace warpevm {
namespace {

/// Sorts without following pointers, as long as first bytes differ.
struct ByAddress {
    uint64_t first_bytes;
    uint32_t index;
};

uint64_t first_bytes(const Address& address) {
    uint64_t value = 0;
    for (size_t i = 0; i < sizeof value; ++i) value = value << 8 | address.bytes[i];
    return value;
}

struct BySlot {
    uint32_t account;  ///< rank
    uint32_t index;
    U256 key;
    bool operator<(const BySlot& other) const {
        return account != other.account ? account < other.account : key < other.key;
    }
};

}  // namespace

StateDiff CommittedState::table_diff() {
    std::vector<ByAddress> accounts;
    accounts.reserve(m_changed_accounts.size());
    for (const ChangedAccount& c : m_changed_accounts)
        accounts.push_back({first_bytes(c.entry->address), static_cast<uint32_t>(accounts.size())});
    std::sort(accounts.begin(), accounts.end(), [&](const ByAddress& x, const ByAddress& y) {
        if (x.first_bytes != y.first_bytes) return x.first_bytes < y.first_bytes;
        return m_changed_accounts[x.index].entry->address < m_changed_accounts[y.index].entry->address;
    });
    for (uint32_t i = 0; i < accounts.size(); ++i) m_changed_accounts[accounts[i].index].entry->rank = i;

    std::vector<BySlot> slots;
    for (uint32_t i = 0; i < m_changed_slots.size(); ++i) {
        const auto& [entry, before] = m_changed_slots[i];
        const AccountState& account = entry->account->committed;
        if (entry->committed_at <= account.wiped || !account.exists) continue;
        const bool wiped_now = account.wiped > m_block_start;
        if (entry->committed != (wiped_now ? U256{} : before))
            slots.push_back({entry->account->rank, i, entry->key});
    }
    std::sort(slots.begin(), slots.end());

    StateDiff diff;
    diff.accounts.reserve(accounts.size());
    diff.slots.reserve(slots.size());
    std::vector<const Code*> codes;
    size_t next = 0;
    for (uint32_t rank = 0; rank < accounts.size(); ++rank) {
        const auto& [entry, before] = m_changed_accounts[accounts[rank].index];
        const AccountState& now = entry->committed;
        AccountChange change{.address = entry->address,
                             .exists = now.exists,
                             .storage_wiped = now.wiped > m_block_start && now.exists && before.exists,
                             .nonce = now.record.nonce,
                             .balance = now.record.balance,
                             .code_hash = now.record.code_hash,
                             .first_slot = static_cast<uint32_t>(diff.slots.size())};
        for (; next < slots.size() && slots[next].account == rank; ++next)
            diff.slots.push_back({slots[next].key, m_changed_slots[slots[next].index].entry->committed});
        change.slot_count = static_cast<uint32_t>(diff.slots.size()) - change.first_slot;
        const bool same = now.exists == before.exists && now.record.balance == before.record.balance &&
                          now.record.nonce == before.record.nonce &&
                          now.record.code_hash == before.record.code_hash && !change.storage_wiped &&
                          change.slot_count == 0;
        if (same) continue;
        diff.accounts.push_back(change);
        if (now.record.code_hash == empty_code_hash || now.record.code_hash == before.record.code_hash)
            continue;
        if (const Code* code = m_journal.codes().find(now.record.code_hash)) codes.push_back(code);
    }
    std::sort(codes.begin(), codes.end(), [](const Code* x, const Code* y) { return x->hash() < y->hash(); });
    codes.erase(std::unique(codes.begin(), codes.end()), codes.end());
    for (const Code* code : codes) {
        diff.codes.push_back({code->hash(), static_cast<uint32_t>(diff.code_bytes.size()),
                              static_cast<uint32_t>(code->bytes().size())});
        append(diff.code_bytes, code->bytes());
    }
    return diff;
}

}  // namespace warpevm
