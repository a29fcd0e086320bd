// SPDX-License-Identifier: Apache-2.0
#include "evm/state/memory_state.hpp"

#include <algorithm>

#include "evm/codec/rlp.hpp"
#include "evm/crypto/keccak.hpp"
#include "evm/trie/trie.hpp"

namespace warpevm {
namespace {

using Storage = SeededMap<U256, U256>;

Hash root_of(const Storage& storage) {
    if (storage.empty()) return empty_trie_root;
    std::vector<std::pair<Bytes32, U256>> slots;
    slots.reserve(storage.size());
    for (const auto& [slot, value] : storage) slots.emplace_back(to_bytes32(slot), value);
    return storage_root(slots);
}

/// Yellow Paper 4.1: (nonce, balance, storage root, code hash).
template <class Account>
Bytes account_leaf(const Account& account, const Hash& storage) {
    rlp::Writer out;
    const size_t mark = out.begin_list();
    out.u64(account.nonce).u256(account.balance).string(storage).string(account.code_hash).end_list(mark);
    return out.take();
}

void write_slots(Storage& storage, std::span<const SlotChange> slots) {
    for (const SlotChange& s : slots) {
        if (s.value.is_zero())
            storage.erase(s.slot);
        else
            storage[s.slot] = s.value;
    }
}

}  // namespace

void MemoryState::set_account(const Address& address, uint64_t nonce, const U256& balance, BytesView code) {
    Account& account = m_accounts[address];
    account.nonce = nonce;
    account.balance = balance;
    account.code_hash = code.empty() ? empty_code_hash : keccak256(code);
    if (!code.empty())
        m_codes.try_emplace(account.code_hash, std::make_shared<const Bytes>(code.begin(), code.end()));
    m_absent_accounts.erase(address);
}

void MemoryState::set_slot(const Address& address, const U256& slot, const U256& value) {
    if (value.is_zero() && !m_closed) m_zero_slots.insert({address, slot});
    if (!value.is_zero()) {
        m_accounts[address].storage[slot] = value;
    } else if (const auto found = m_accounts.find(address); found != m_accounts.end()) {
        found->second.storage.erase(slot);
    }
}

void MemoryState::set_absent(const Address& address) {
    m_accounts.erase(address);
    if (!m_closed) m_absent_accounts.insert(address);
}

void MemoryState::apply(const StateDiff& diff) {
    for (const CodeChange& c : diff.codes) {
        const BytesView code = diff.code(c);
        m_codes.try_emplace(c.hash, std::make_shared<const Bytes>(code.begin(), code.end()));
    }
    for (const AccountChange& change : diff.accounts) {
        if (!change.exists) {
            set_absent(change.address);
            continue;
        }
        Account& account = m_accounts[change.address];
        account.nonce = change.nonce;
        account.balance = change.balance;
        account.code_hash = change.code_hash;
        if (change.storage_wiped) account.storage.clear();
        write_slots(account.storage, diff.slots_of(change));
        if (m_closed) continue;
        // From here on the unlisted slots of a new or wiped account are known to be zero.
        if (change.storage_wiped || m_absent_accounts.erase(change.address) != 0)
            m_whole_storages.insert(change.address);
        for (const SlotChange& s : diff.slots_of(change))
            if (s.value.is_zero()) m_zero_slots.insert({change.address, s.slot});
    }
}

Hash MemoryState::root() const {
    return root_after({});
}

Hash MemoryState::root_after(const StateDiff& diff) const {
    std::vector<Address> addresses;
    std::vector<Bytes> leaves;
    addresses.reserve(m_accounts.size() + diff.accounts.size());
    leaves.reserve(m_accounts.size() + diff.accounts.size());
    for (const auto& [address, account] : m_accounts) {
        const auto at =
            std::lower_bound(diff.accounts.begin(), diff.accounts.end(), address,
                             [](const AccountChange& c, const Address& a) { return c.address < a; });
        if (at != diff.accounts.end() && at->address == address) continue;
        addresses.push_back(address);
        leaves.push_back(account_leaf(account, root_of(account.storage)));
    }
    for (const AccountChange& change : diff.accounts) {
        if (!change.exists) continue;
        const auto before = m_accounts.find(change.address);
        Storage storage;
        if (before != m_accounts.end() && !change.storage_wiped) storage = before->second.storage;
        write_slots(storage, diff.slots_of(change));
        addresses.push_back(change.address);
        leaves.push_back(account_leaf(change, root_of(storage)));
    }
    std::vector<TrieEntry> entries;
    entries.reserve(leaves.size());
    for (size_t i = 0; i < leaves.size(); ++i) entries.push_back({addresses[i], leaves[i]});
    return secure_trie_root(entries);
}

BytesView MemoryState::code(const Hash& hash) const {
    const auto found = m_codes.find(hash);
    return found == m_codes.end() ? BytesView{} : BytesView{*found->second};
}

void MemoryState::read_accounts(std::span<const Address> keys, std::span<Read<AccountRecord>> answers) const {
    for (size_t i = 0; i < keys.size(); ++i) {
        const auto found = m_accounts.find(keys[i]);
        if (found != m_accounts.end()) {
            const Account& a = found->second;
            answers[i] = {Knowledge::value, {a.nonce, a.balance, a.code_hash, !a.storage.empty()}};
        } else {
            const bool certain = m_closed || m_absent_accounts.contains(keys[i]);
            answers[i] = {certain ? Knowledge::absent : Knowledge::unknown, {}};
        }
    }
}

bool MemoryState::knows_slot_is_zero(const SlotKey& key) const {
    return m_closed || m_absent_accounts.contains(key.address) || m_whole_storages.contains(key.address) ||
           m_zero_slots.contains(key);
}

void MemoryState::read_slots(std::span<const SlotKey> keys, std::span<Read<U256>> answers) const {
    for (size_t i = 0; i < keys.size(); ++i) {
        const auto account = m_accounts.find(keys[i].address);
        if (account != m_accounts.end()) {
            const auto slot = account->second.storage.find(keys[i].slot);
            if (slot != account->second.storage.end()) {
                answers[i] = {Knowledge::value, slot->second};
                continue;
            }
        }
        answers[i] = {knows_slot_is_zero(keys[i]) ? Knowledge::absent : Knowledge::unknown, {}};
    }
}

void MemoryState::read_codes(std::span<const Hash> hashes, std::span<Read<BytesView>> answers) const {
    for (size_t i = 0; i < hashes.size(); ++i) {
        const auto found = m_codes.find(hashes[i]);
        if (found != m_codes.end())
            answers[i] = {Knowledge::value, BytesView{*found->second}};
        else if (hashes[i] == empty_code_hash)
            answers[i] = {Knowledge::value, {}};
        else
            answers[i] = {m_closed ? Knowledge::absent : Knowledge::unknown, {}};
    }
}

Read<Hash> MemoryState::read_block_hash(uint64_t number) const {
    const auto found = m_block_hashes.find(number);
    if (found != m_block_hashes.end()) return {Knowledge::value, found->second};
    return {m_closed ? Knowledge::absent : Knowledge::unknown, {}};
}

}  // namespace warpevm
