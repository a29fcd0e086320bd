// SPDX-License-Identifier: Apache-2.0
#include "fallback/table/block_changes.hpp"

#include <algorithm>

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

/// A part of a difference, its slots counted from its own beginning.
struct Piece {
    std::vector<AccountChange> accounts;
    std::vector<SlotChange> slots;
    std::vector<Hash> codes;
};

void add_to(Piece& piece, const BlockChanges& changes, const BlockChanges::Account& account) {
    const AccountState &before = account.before, &now = account.after;
    const bool wiped = now.wiped > changes.start;
    AccountChange change{.address = account.address,
                         .exists = now.exists,
                         .storage_wiped = wiped && now.exists && before.exists,
                         .nonce = now.record.nonce,
                         .balance = now.record.balance,
                         .code_hash = now.record.code_hash,
                         .first_slot = static_cast<uint32_t>(piece.slots.size())};
    constexpr uint32_t none = BlockChanges::none;
    for (uint32_t i = now.exists ? account.last_slot : none; i != none; i = changes.slots[i].previous) {
        const BlockChanges::Slot& slot = changes.slots[i];
        if (slot.written <= now.wiped) continue;
        if (slot.after != (wiped ? U256{} : slot.before)) piece.slots.push_back({slot.key, slot.after});
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
    std::vector<ByAddress> order;
    order.reserve(accounts.size());
    for (const Account& a : accounts)
        order.push_back({first_bytes(a.address), static_cast<uint32_t>(order.size())});
    std::sort(order.begin(), order.end(), [this](const ByAddress& x, const ByAddress& y) {
        if (x.first_bytes != y.first_bytes) return x.first_bytes < y.first_bytes;
        return accounts[x.index].address < accounts[y.index].address;
    });
    std::vector<Piece> pieces(order.size() / accounts_in_piece + 1);
    for_each(pieces.size(), [&](size_t piece) {
        const size_t end = piece_begin(order.size(), pieces.size(), piece + 1);
        for (size_t i = piece_begin(order.size(), pieces.size(), piece); i < end; ++i)
            add_to(pieces[piece], *this, accounts[order[i].index]);
    });
    StateDiff diff;
    diff.accounts.reserve(order.size());
    diff.slots.reserve(slots.size());
    std::vector<Hash> hashes;
    for (const Piece& piece : pieces) {
        const auto slots_before = static_cast<uint32_t>(diff.slots.size());
        for (const AccountChange& change : piece.accounts)
            diff.accounts.emplace_back(change).first_slot += slots_before;
        diff.slots.insert(diff.slots.end(), piece.slots.begin(), piece.slots.end());
        hashes.insert(hashes.end(), piece.codes.begin(), piece.codes.end());
    }
    add_codes(diff, std::move(hashes), codes);
    return diff;
}

}  // namespace warpevm
