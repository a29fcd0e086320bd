// SPDX-License-Identifier: Apache-2.0
// The difference of a block whose changes were entered in the table: as Journal::diff forms it, in pieces
// that may be formed at the same time.
#include <algorithm>

#include "fallback/table/committed_state.hpp"

namespace warpevm {
namespace {

/// Accounts in a piece: few enough to share out, and enough to be worth it.
constexpr size_t accounts_in_piece = 256;

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

}  // namespace

void CommittedState::add_to(DiffPiece& piece, const ChangedAccount& changed) const {
    const auto& [entry, before, last_slot] = changed;
    const AccountState& now = entry->committed;
    const bool wiped = now.wiped > m_block_start;
    AccountChange change{.address = entry->address,
                         .exists = now.exists,
                         .storage_wiped = wiped && now.exists && before.exists,
                         .nonce = now.record.nonce,
                         .balance = now.record.balance,
                         .code_hash = now.record.code_hash,
                         .first_slot = static_cast<uint32_t>(piece.slots.size())};
    for (uint32_t i = now.exists ? last_slot : none; i != none; i = m_changed_slots[i].previous) {
        const ChangedSlot& slot = m_changed_slots[i];
        if (slot.entry->committed_at <= now.wiped) continue;
        if (slot.entry->committed != (wiped ? U256{} : slot.before))
            piece.slots.push_back({slot.entry->key, slot.entry->committed});
    }
    std::sort(piece.slots.begin() + change.first_slot, piece.slots.end(),
              [](const SlotChange& x, const SlotChange& y) { return x.slot < y.slot; });
    change.slot_count = static_cast<uint32_t>(piece.slots.size()) - change.first_slot;
    const bool new_code = now.record.code_hash != before.record.code_hash;
    const bool same = now.exists == before.exists && now.record.balance == before.record.balance &&
                      now.record.nonce == before.record.nonce && !new_code && !change.storage_wiped &&
                      change.slot_count == 0;
    if (same) return;
    piece.accounts.push_back(change);
    if (new_code && now.record.code_hash != empty_code_hash) piece.codes.push_back(now.record.code_hash);
}

StateDiff CommittedState::take_changes() {
    const StateDiff before = std::exchange(m_listed_before, {});
    return before.then(m_on_journal ? m_journal.take_changes() : take_table_changes());
}

/// Between two transactions, so that nothing of what is committed changes meanwhile.
StateDiff CommittedState::take_table_changes() {
    StateDiff changes;
    const auto sort_once = [](auto& entries, const auto& less) {
        std::sort(entries.begin(), entries.end(), less);
        entries.erase(std::unique(entries.begin(), entries.end()), entries.end());
    };
    sort_once(m_listed_accounts,
              [](const AccountEntry* x, const AccountEntry* y) { return x->address < y->address; });
    sort_once(m_listed_slots, [](const SlotEntry* x, const SlotEntry* y) {
        return x->account != y->account ? x->account->address < y->account->address : x->key < y->key;
    });
    auto slot = m_listed_slots.begin();
    for (const AccountEntry* entry : m_listed_accounts) {
        const AccountState& now = entry->committed;
        AccountChange change{.address = entry->address,
                             .exists = now.exists,
                             .storage_wiped = now.exists && now.wiped >= m_listed_from,
                             .nonce = now.record.nonce,
                             .balance = now.record.balance,
                             .code_hash = now.record.code_hash,
                             .first_slot = static_cast<uint32_t>(changes.slots.size())};
        for (; slot != m_listed_slots.end() && (*slot)->account == entry; ++slot)
            if (now.exists && (*slot)->committed_at > now.wiped)
                changes.slots.push_back({(*slot)->key, (*slot)->committed});
        change.slot_count = static_cast<uint32_t>(changes.slots.size()) - change.first_slot;
        changes.accounts.push_back(change);
    }
    m_listed_accounts.clear();
    m_listed_slots.clear();
    return changes;
}

StateDiff CommittedState::table_diff(const ForEach& for_each) const {
    std::vector<ByAddress> order;
    order.reserve(m_changed_accounts.size());
    for (const ChangedAccount& c : m_changed_accounts)
        order.push_back({first_bytes(c.entry->address), static_cast<uint32_t>(order.size())});
    std::sort(order.begin(), order.end(), [this](const ByAddress& x, const ByAddress& y) {
        if (x.first_bytes != y.first_bytes) return x.first_bytes < y.first_bytes;
        return m_changed_accounts[x.index].entry->address < m_changed_accounts[y.index].entry->address;
    });
    std::vector<DiffPiece> pieces(order.size() / accounts_in_piece + 1);
    for_each(pieces.size(), [&](size_t piece) {
        const size_t end = piece_begin(order.size(), pieces.size(), piece + 1);
        for (size_t i = piece_begin(order.size(), pieces.size(), piece); i < end; ++i)
            add_to(pieces[piece], m_changed_accounts[order[i].index]);
    });
    StateDiff diff;
    diff.accounts.reserve(order.size());
    diff.slots.reserve(m_changed_slots.size());
    std::vector<Hash> codes;
    for (const DiffPiece& piece : pieces) {
        const auto slots_before = static_cast<uint32_t>(diff.slots.size());
        for (const AccountChange& change : piece.accounts)
            diff.accounts.emplace_back(change).first_slot += slots_before;
        diff.slots.insert(diff.slots.end(), piece.slots.begin(), piece.slots.end());
        codes.insert(codes.end(), piece.codes.begin(), piece.codes.end());
    }
    add_codes(diff, std::move(codes));
    return diff;
}

void CommittedState::add_codes(StateDiff& diff, std::vector<Hash> hashes) const {
    std::sort(hashes.begin(), hashes.end());
    hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
    for (const Hash& hash : hashes) {
        const Code* code = m_codes.find(hash);
        if (code == nullptr) continue;
        diff.codes.push_back({hash, static_cast<uint32_t>(diff.code_bytes.size()),
                              static_cast<uint32_t>(code->bytes().size())});
        append(diff.code_bytes, code->bytes());
    }
}

}  // namespace warpevm
