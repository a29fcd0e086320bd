// SPDX-License-Identifier: Apache-2.0
#include "fallback/table/block_changes.hpp"

#include <algorithm>

#include "fallback/table/sort_in_pieces.hpp"

namespace warpevm {
namespace {

/// Accounts, or slots, in a piece: few enough to share out, and enough to be worth it.
constexpr size_t in_piece = 1024;

size_t pieces_for(size_t count) {
    return count / in_piece + 1;
}

/// Sorts without following pointers, as long as first bytes differ.
struct ByAddress {
    uint64_t first_bytes;
    uint32_t index;
};
struct ByAccountAndKey {
    uint64_t first_bytes;  ///< of the key
    uint32_t account;      ///< its rank
    uint32_t index;
};

uint64_t first_bytes(const Address& address) {
    uint64_t value = 0;
    for (size_t i = 0; i < sizeof value; ++i) value = value << 8 | address.bytes[i];
    return value;
}

/// Wiped in this block.
bool was_wiped(const BlockChanges& changes, const BlockChanges::Account& account) {
    return account.after.wiped > changes.start;
}

/// Whether the slot is another than at the block's start.
bool differs(const BlockChanges& changes, const BlockChanges::Slot& slot) {
    const BlockChanges::Account& account = changes.accounts[slot.account];
    if (!account.after.exists || slot.written <= account.after.wiped) return false;
    return slot.after != (was_wiped(changes, account) ? U256{} : slot.before);
}

std::vector<ByAddress> sorted_accounts(const BlockChanges& changes, const ForEach& for_each) {
    const std::vector<BlockChanges::Account>& accounts = changes.accounts;
    std::vector<ByAddress> order;
    order.reserve(accounts.size());
    for (const BlockChanges::Account& a : accounts)
        order.push_back({first_bytes(a.address), static_cast<uint32_t>(order.size())});
    sort_in_pieces(order, for_each, [&](const ByAddress& x, const ByAddress& y) {
        if (x.first_bytes != y.first_bytes) return x.first_bytes < y.first_bytes;
        return accounts[x.index].address < accounts[y.index].address;
    });
    return order;
}

/// Those that differ, by their accounts' order.
std::vector<ByAccountAndKey> sorted_slots(const BlockChanges& changes, const std::vector<ByAddress>& accounts,
                                          const ForEach& for_each) {
    std::vector<uint32_t> rank(accounts.size());
    for (uint32_t i = 0; i < accounts.size(); ++i) rank[accounts[i].index] = i;
    const std::vector<BlockChanges::Slot>& slots = changes.slots;
    const size_t pieces = pieces_for(slots.size());
    std::vector<std::vector<ByAccountAndKey>> kept(pieces);
    for_each(pieces, [&](size_t piece) {
        const size_t end = piece_begin(slots.size(), pieces, piece + 1);
        for (size_t i = piece_begin(slots.size(), pieces, piece); i < end; ++i)
            if (differs(changes, slots[i]))
                kept[piece].push_back(
                    {slots[i].key.limb[3], rank[slots[i].account], static_cast<uint32_t>(i)});
    });
    std::vector<ByAccountAndKey> order;
    order.reserve(slots.size());
    for (const auto& part : kept) order.insert(order.end(), part.begin(), part.end());
    sort_in_pieces(order, for_each, [&](const ByAccountAndKey& x, const ByAccountAndKey& y) {
        if (x.account != y.account) return x.account < y.account;
        if (x.first_bytes != y.first_bytes) return x.first_bytes < y.first_bytes;
        return slots[x.index].key < slots[y.index].key;
    });
    return order;
}

/// A part of a difference.
struct Piece {
    std::vector<AccountChange> accounts;
    std::vector<Hash> codes;
};

/// `slots` of it differ, from `first_slot` of all on.
void add_to(Piece& piece, const BlockChanges& changes, const BlockChanges::Account& account,
            uint32_t first_slot, uint32_t slots) {
    const AccountState &before = account.before, &now = account.after;
    const AccountChange change{.address = account.address,
                               .exists = now.exists,
                               .storage_wiped = was_wiped(changes, account) && now.exists && before.exists,
                               .nonce = now.record.nonce,
                               .balance = now.record.balance,
                               .code_hash = now.record.code_hash,
                               .first_slot = first_slot,
                               .slot_count = slots};
    const bool new_code = now.record.code_hash != before.record.code_hash;
    const bool same = now.exists == before.exists && now.record.balance == before.record.balance &&
                      now.record.nonce == before.record.nonce && !new_code && !change.storage_wiped &&
                      slots == 0;
    if (same) return;
    piece.accounts.push_back(change);
    if (new_code && now.record.code_hash != empty_code_hash) piece.codes.push_back(now.record.code_hash);
}

void add_codes(StateDiff& diff, std::vector<Hash> hashes, const CodeCache& codes) {
    std::sort(hashes.begin(), hashes.end());
    hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
    for (const Hash& hash : hashes) {
        const Code* code = codes.find(hash);
        if (code == nullptr) continue;
        diff.codes.push_back({hash, static_cast<uint32_t>(diff.code_bytes.size()),
                              static_cast<uint32_t>(code->bytes().size())});
        append(diff.code_bytes, code->bytes());
    }
}

}  // namespace

StateDiff BlockChanges::diff(const CodeCache& codes, const ForEach& for_each) const {
    const std::vector<ByAddress> order = sorted_accounts(*this, for_each);
    const std::vector<ByAccountAndKey> slot_order = sorted_slots(*this, order, for_each);
    StateDiff diff;
    diff.slots.resize(slot_order.size());
    const size_t slot_pieces = pieces_for(slot_order.size());
    for_each(slot_pieces, [&](size_t piece) {
        const size_t end = piece_begin(slot_order.size(), slot_pieces, piece + 1);
        for (size_t i = piece_begin(slot_order.size(), slot_pieces, piece); i < end; ++i) {
            const Slot& slot = slots[slot_order[i].index];
            diff.slots[i] = {slot.key, slot.after};
        }
    });
    std::vector<Piece> pieces(pieces_for(order.size()));
    for_each(pieces.size(), [&](size_t piece) {
        const size_t begin = piece_begin(order.size(), pieces.size(), piece),
                     end = piece_begin(order.size(), pieces.size(), piece + 1);
        auto slot = std::lower_bound(slot_order.begin(), slot_order.end(), begin,
                                     [](const ByAccountAndKey& s, size_t rank) { return s.account < rank; });
        for (size_t i = begin; i < end; ++i) {
            const auto first = slot;
            while (slot != slot_order.end() && slot->account == i) ++slot;
            add_to(pieces[piece], *this, accounts[order[i].index],
                   static_cast<uint32_t>(first - slot_order.begin()), static_cast<uint32_t>(slot - first));
        }
    });
    diff.accounts.reserve(order.size());
    std::vector<Hash> hashes;
    for (const Piece& piece : pieces) {
        diff.accounts.insert(diff.accounts.end(), piece.accounts.begin(), piece.accounts.end());
        hashes.insert(hashes.end(), piece.codes.begin(), piece.codes.end());
    }
    add_codes(diff, std::move(hashes), codes);
    return diff;
}

}  // namespace warpevm
