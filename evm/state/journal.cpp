// SPDX-License-Identifier: Apache-2.0
#include "evm/state/journal.hpp"

#include <algorithm>

#include "evm/base/forget.hpp"
#include "evm/base/hex.hpp"

namespace warpevm {
namespace {

/// RIPEMD-160's address: its touch in mainnet block 2,675,119, a call without value to an empty account,
/// survived a revert and is part of the protocol since.
constexpr Address ripemd160_address = Address::from_low(3);

U256 bits_of(const Hash& hash) {
    return to_u256(hash);
}

}  // namespace

template <bool R>
void Journal<R>::begin_block(bool state_clearing) {
    m_state_clearing = state_clearing;
    m_block_hashes.clear();
}

template <bool R>
void Journal<R>::reset() {
    forget(m_account_rows);
    forget(m_slot_rows);
    m_accounts.clear();
    m_slots.clear();
    m_dirty_accounts.clear();
    m_dirty_slots.clear();
    m_listed_accounts.clear();
    m_listed_slots.clear();
    m_listed_removals.clear();
    m_starts.clear();
    // What begin_transaction forgets as well: the last one may have ended anywhere.
    m_undo.clear();
    m_touched.clear();
    m_destructed.clear();
    m_transients.clear();
    forget(m_transient_rows);
    m_started.clear();
    m_written_slots.clear();
    m_new_from = 0;
    m_new_accounts.clear();
    m_new_slots.clear();
    m_block_hashes.clear();
    m_missing.accounts.clear();
    m_missing.slots.clear();
    m_missing.error.reset();
}

template <bool R>
void Journal<R>::list_new_changes() {
    m_new_from = m_tx + 1;
    m_new_accounts.clear();
    m_new_slots.clear();
}

template <bool R>
void Journal<R>::begin_transaction() {
    ++m_tx;
    m_refund = 0;
    m_undo.clear();
    m_touched.clear();
    m_destructed.clear();
    if (!m_transients.empty()) {
        m_transients.clear();
        forget(m_transient_rows);
    }
    if constexpr (R) {
        m_observations.clear();
        m_effects.clear();
        m_started.clear();
        m_written_slots.clear();
    }
}

template <bool R>
void Journal<R>::end_transaction() {
    for (const Row row : m_destructed) {
        AccountRow& a = m_accounts[row];
        if (a.destructed == m_tx) remove(a);
    }
    if (m_state_clearing)
        for (const Row row : m_touched) {
            AccountRow& a = m_accounts[row];
            if (a.touched == m_tx && a.exists && a.empty()) remove(a);
        }
    if constexpr (R) form_effects();
    if (m_lists_changes) note_changes();
}

/// The account is no more, nor any slot of it.
template <bool R>
void Journal<R>::remove(AccountRow& a) {
    a.exists = false;
    a.balance = {};
    a.nonce = 0;
    a.code_hash = empty_code_hash;
    a.code = m_codes.empty();
    a.wiped = true;
    a.fresh_storage = true;
    a.has_storage = false;
    a.wrote_storage = false;
    ++a.generation;
}

template <bool R>
Row Journal<R>::load_account(const Address& address) {
    Read<AccountRecord> read{Knowledge::absent, {}};
    if (!m_missing.error) read = m_state.read_account(address);
    if (read.knowledge == Knowledge::unknown && m_missing.assume_absent)
        m_missing.accounts.push_back(address);
    else if (read.knowledge == Knowledge::unknown || read.knowledge == Knowledge::failed)
        m_missing.end_with(read.knowledge, "account " + to_hex(address));
    const Row row = static_cast<Row>(m_accounts.size());
    AccountRow& a = m_accounts.emplace_back();
    a.address = address;
    if (read.knowledge == Knowledge::value) {
        a.balance = read.value.balance;
        a.nonce = read.value.nonce;
        a.code_hash = read.value.code_hash;
        a.has_storage = read.value.has_storage;
        a.exists = true;
        a.fresh_storage = false;
    }
    if (!a.has_code()) a.code = m_codes.empty();
    a.before_balance = a.balance;
    a.before_nonce = a.nonce;
    a.before_code_hash = a.code_hash;
    a.before_exists = a.exists;
    m_account_rows.emplace(address, row);
    if constexpr (R) m_starts.emplace_back();
    return row;
}

template <bool R>
const Code& Journal<R>::load_code(Row row) {
    AccountRow& a = m_accounts[row];
    a.code = m_codes.find(a.code_hash);
    if (a.code == nullptr) {
        Read<BytesView> read;
        if (!m_missing.error) read = m_state.read_code(a.code_hash);
        if (read.knowledge == Knowledge::value) {
            a.code = m_codes.add(a.code_hash, read.value);
        } else {
            // A hash without its code can't be assumed absent: the account says that it has code.
            m_missing.end_with(read.knowledge, "code " + to_hex(a.code_hash));
            a.code = m_codes.empty();
        }
    }
    return *a.code;
}

template <bool R>
Row Journal<R>::intern_slot(Row account, const U256& key) {
    const Row row = static_cast<Row>(m_slots.size());
    m_slots.push_back({.key = key, .account = account});
    m_slot_rows.emplace(SlotId{account, key}, row);
    return row;
}

template <bool R>
void Journal<R>::load_slot(SlotRow& s) {
    const AccountRow& a = m_accounts[s.account];
    s.loaded = true;
    s.generation = a.generation;
    if (a.fresh_storage || m_missing.error) return;
    const SlotKey wanted{a.address, s.key};
    const Read<U256> read = m_state.read_slot(wanted);
    if (read.knowledge == Knowledge::value) s.current = s.before = read.value;
    if (read.knowledge == Knowledge::unknown && m_missing.assume_absent)
        m_missing.slots.push_back(wanted);
    else if (read.knowledge == Knowledge::unknown || read.knowledge == Knowledge::failed)
        m_missing.end_with(read.knowledge, "slot " + to_quantity(s.key) + " of " + to_hex(a.address));
}

template <bool R>
void Journal<R>::see_slot(SlotRow& s, Row row) {
    if (!s.loaded) load_slot(s);
    const uint32_t generation = m_accounts[s.account].generation;
    if (s.generation != generation) {
        s.generation = generation;
        s.current = {};
        s.before = {};
    }
    s.original = s.current;
    s.seen = m_tx;
    if constexpr (R) m_observations.slots.push_back({.value = s.current, .row = row});
    (void)row;
}

/// Exact but for storage that the state view spoke of and that was cleared slot by slot: the journal can't
/// tell whether that was all of it. No rule asks then: an account that stores has a nonce or code until it is
/// wiped.
template <bool R>
bool Journal<R>::holds_storage(Row row, bool at_start) const {
    const AccountRow& a = m_accounts[row];
    if (a.has_storage || !a.wrote_storage) return a.has_storage;
    return std::any_of(m_slots.begin(), m_slots.end(), [&](const SlotRow& s) {
        const U256& value = at_start && s.seen == m_tx ? s.original : s.current;
        return s.account == row && s.generation == a.generation && !value.is_zero();
    });
}

template <bool R>
bool Journal<R>::has_storage(Row row) {
    if constexpr (R)
        observe(row).flags |= OBSERVED_STORAGE | (holds_storage(row, true) ? uint32_t{HAD_STORAGE} : 0);
    return holds_storage(row, false);
}

// ---- effects
// -----------------------------------------------------------------------------------------------------

template <bool R>
void Journal<R>::mark_dirty(Row row) {
    if constexpr (R) start_of(row);
    AccountRow& a = m_accounts[row];
    if (a.changed < m_new_from) m_new_accounts.push_back(row);
    a.changed = m_tx;
    if (a.dirty) return;
    a.dirty = true;
    m_dirty_accounts.push_back(row);
}

template <bool R>
void Journal<R>::set_exists(Row row) {
    AccountRow& a = m_accounts[row];
    if (a.exists) return;
    m_undo.push_back({Undo::Kind::exists, row, 0, {}});
    a.exists = true;
}

template <bool R>
void Journal<R>::touch(Row row, Touch kind) {
    AccountRow& a = m_accounts[row];
    if (a.touched == m_tx && a.exists) return;
    mark_dirty(row);
    set_exists(row);
    const bool survives = kind == Touch::of_no_value && a.address == ripemd160_address && is_dead(row);
    if (!survives) m_undo.push_back({Undo::Kind::touched, row, 0, {}});
    a.touched = m_tx;
    m_touched.push_back(row);
}

template <bool R>
void Journal<R>::credit(Row row, const U256& amount) {
    touch(row, amount.is_zero() ? Touch::of_no_value : Touch::reverts);
    set_exists(row);
    if (amount.is_zero()) return;
    AccountRow& a = m_accounts[row];
    m_undo.push_back({Undo::Kind::balance, row, 0, a.balance});
    a.balance += amount;
}

template <bool R>
void Journal<R>::debit(Row row, const U256& amount) {
    touch(row);
    if (amount.is_zero()) return;
    AccountRow& a = m_accounts[row];
    m_undo.push_back({Undo::Kind::balance, row, 0, a.balance});
    a.balance -= amount;
}

template <bool R>
void Journal<R>::set_nonce(Row row, uint64_t nonce) {
    touch(row);
    set_exists(row);
    AccountRow& a = m_accounts[row];
    m_undo.push_back({Undo::Kind::nonce, row, a.nonce, {}});
    a.nonce = nonce;
}

template <bool R>
void Journal<R>::set_code(Row row, const Code* code) {
    touch(row);
    set_exists(row);
    AccountRow& a = m_accounts[row];
    m_undo.push_back({Undo::Kind::code, row, 0, bits_of(a.code_hash)});
    a.code_hash = code->hash();
    a.code = code;
}

template <bool R>
void Journal<R>::create(Row row) {
    touch(row);
    set_exists(row);
    AccountRow& a = m_accounts[row];
    m_undo.push_back({Undo::Kind::created, row, a.created, {}});
    a.created = m_tx;
}

template <bool R>
bool Journal<R>::destruct(Row row) {
    AccountRow& a = m_accounts[row];
    if (a.destructed == m_tx) return false;
    mark_dirty(row);
    m_undo.push_back({Undo::Kind::destructed, row, a.destructed, {}});
    a.destructed = m_tx;
    m_destructed.push_back(row);
    return true;
}

template <bool R>
void Journal<R>::set_slot(Row row, const U256& value) {
    SlotRow& s = m_slots[row];
    if (s.current == value) return;
    mark_dirty(s.account);
    m_undo.push_back({Undo::Kind::slot, row, 0, s.current});
    s.current = value;
    if (s.written < m_new_from) m_new_slots.push_back(row);
    s.written = m_tx;
    AccountRow& a = m_accounts[s.account];
    if (!a.wrote_storage && !value.is_zero()) {
        m_undo.push_back({Undo::Kind::wrote_storage, s.account, 0, {}});
        a.wrote_storage = true;
    }
    if (!s.dirty) {
        s.dirty = true;
        m_dirty_slots.push_back(row);
    }
    if constexpr (R) m_written_slots.push_back(row);
}

template <bool R>
U256 Journal<R>::transient(Row account, const U256& key) const {
    const auto it = m_transient_rows.find(SlotId{account, key});
    return it == m_transient_rows.end() ? U256{} : m_transients[it->second].value;
}

template <bool R>
void Journal<R>::set_transient(Row account, const U256& key, const U256& value) {
    const auto [it, fresh] =
        m_transient_rows.try_emplace(SlotId{account, key}, static_cast<uint32_t>(m_transients.size()));
    if (fresh) m_transients.push_back({account, key, {}});
    Transient& t = m_transients[it->second];
    m_undo.push_back({Undo::Kind::transient, it->second, 0, t.value});
    t.value = value;
}

template <bool R>
Hash Journal<R>::block_hash(uint64_t number) {
    constexpr size_t known = 256;
    m_block_hashes.resize(known);
    std::optional<Hash>& hash = m_block_hashes[number % known];
    if (hash) return *hash;
    if (m_missing.error) return {};
    const Read<Hash> read = m_state.read_block_hash(number);
    if (read.knowledge == Knowledge::failed ||
        (read.knowledge == Knowledge::unknown && !m_missing.assume_absent))
        m_missing.end_with(read.knowledge, "hash of block " + std::to_string(number));
    hash = read.knowledge == Knowledge::value ? read.value : Hash{};
    return *hash;
}

template <bool R>
void Journal<R>::undo_one(const Undo& u) {
    switch (u.kind) {
        case Undo::Kind::balance: m_accounts[u.row].balance = u.value; break;
        case Undo::Kind::nonce: m_accounts[u.row].nonce = u.number; break;
        case Undo::Kind::code:
            m_accounts[u.row].code_hash = to_bytes32(u.value);
            m_accounts[u.row].code = m_accounts[u.row].has_code() ? nullptr : m_codes.empty();
            break;
        case Undo::Kind::exists: m_accounts[u.row].exists = false; break;
        case Undo::Kind::touched: m_accounts[u.row].touched = 0; break;
        case Undo::Kind::created: m_accounts[u.row].created = static_cast<uint32_t>(u.number); break;
        case Undo::Kind::destructed: m_accounts[u.row].destructed = static_cast<uint32_t>(u.number); break;
        case Undo::Kind::slot: m_slots[u.row].current = u.value; break;
        case Undo::Kind::wrote_storage: m_accounts[u.row].wrote_storage = false; break;
        case Undo::Kind::transient: m_transients[u.row].value = u.value; break;
        case Undo::Kind::warm_account: m_accounts[u.row].warm = 0; break;
        case Undo::Kind::warm_slot: m_slots[u.row].warm = 0; break;
    }
}

template <bool R>
void Journal<R>::revert(const Checkpoint& to) {
    while (m_undo.size() > to.undo) {
        undo_one(m_undo.back());
        m_undo.pop_back();
    }
    m_refund = to.refund;
}

template <bool R>
AccountValues Journal<R>::values(Row row) const {
    const AccountRow& a = m_accounts[row];
    return {a.balance, a.nonce, a.code_hash, holds_storage(row, false), a.exists};
}

template class Journal<false>;
template class Journal<true>;

}  // namespace warpevm
