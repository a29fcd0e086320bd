// SPDX-License-Identifier: Apache-2.0
#include "fallback/table/block_changes.hpp"

#include <algorithm>

#include "fallback/table/sort_in_pieces.hpp"

namespace warpevm {
namespace {

/// Accounts, or slots, in a piece: few enough to share out, and enough to be worth it.
constexpr size_t in_piece = 1024;

/// They are far apart in memory, once in order: fetched while earlier ones are worked on.
constexpr size_t fetched_ahead = 6;

size_t pieces_for(size_t count) {
    return count / in_piece + 1;
}

/// Sorts without following pointers, as long as first bytes differ.
struct ByAddress {
    uint64_t first_bytes;
    uint32_t shard, place;
};
struct ByAccountAndKey {
    uint64_t first_bytes;  ///< of the key
    uint32_t account;      ///< its rank
    uint32_t shard, place;
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
    const BlockChanges::Account& account = changes.account_of(slot);
    if (!account.after.exists || slot.written <= account.after.wiped) return false;
    return slot.after != (was_wiped(changes, account) ? U256{} : slot.before);
}

const BlockChanges::Account& account_at(const BlockChanges& changes, const ByAddress& at) {
    return changes.parts[at.shard].accounts[at.place];
}
const BlockChanges::Slot& slot_at(const BlockChanges& changes, const ByAccountAndKey& at) {
    return changes.parts[at.shard].slots[at.place];
}

template <class T>
std::vector<T> joined(const std::array<std::vector<T>, BlockChanges::shards>& parts) {
    std::vector<T> all;
    size_t count = 0;
    for (const std::vector<T>& part : parts) count += part.size();
    all.reserve(count);
    for (const std::vector<T>& part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
}

std::vector<ByAddress> sorted_accounts(const BlockChanges& changes, const ForEach& for_each) {
    std::array<std::vector<ByAddress>, BlockChanges::shards> parts;
    for_each(parts.size(), [&](size_t shard) {
        for (const BlockChanges::Account& a : changes.parts[shard].accounts)
            parts[shard].push_back({first_bytes(a.address), static_cast<uint32_t>(shard),
                                    static_cast<uint32_t>(parts[shard].size())});
    });
    std::vector<ByAddress> order = joined(parts);
    sort_in_pieces(order, for_each, [&](const ByAddress& x, const ByAddress& y) {
        if (x.first_bytes != y.first_bytes) return x.first_bytes < y.first_bytes;
        return account_at(changes, x).address < account_at(changes, y).address;
    });
    return order;
}

/// Those that differ, by their accounts' order.
std::vector<ByAccountAndKey> sorted_slots(const BlockChanges& changes, const std::vector<ByAddress>& accounts,
                                          const ForEach& for_each) {
    std::array<std::vector<uint32_t>, BlockChanges::shards> ranks;
    for (size_t i = 0; i < ranks.size(); ++i) ranks[i].resize(changes.parts[i].accounts.size());
    for (uint32_t i = 0; i < accounts.size(); ++i) ranks[accounts[i].shard][accounts[i].place] = i;
    std::array<std::vector<ByAccountAndKey>, BlockChanges::shards> parts;
    for_each(parts.size(), [&](size_t shard) {
        const std::vector<BlockChanges::Slot>& slots = changes.parts[shard].slots;
        for (uint32_t i = 0; i < slots.size(); ++i)
            if (differs(changes, slots[i]))
                parts[shard].push_back({slots[i].key.limb[3],
                                        ranks[slots[i].account % BlockChanges::shards][slots[i].place],
                                        static_cast<uint32_t>(shard), i});
    });
    std::vector<ByAccountAndKey> order = joined(parts);
    sort_in_pieces(order, for_each, [&](const ByAccountAndKey& x, const ByAccountAndKey& y) {
        if (x.account != y.account) return x.account < y.account;
        if (x.first_bytes != y.first_bytes) return x.first_bytes < y.first_bytes;
        return slot_at(changes, x).key < slot_at(changes, y).key;
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
            if (i + fetched_ahead < end) __builtin_prefetch(&slot_at(*this, slot_order[i + fetched_ahead]));
            const Slot& slot = slot_at(*this, slot_order[i]);
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
            if (i + fetched_ahead < end) {
                const auto* ahead =
                    reinterpret_cast<const char*>(&account_at(*this, order[i + fetched_ahead]));
                for (size_t line = 0; line < sizeof(Account); line += 64) __builtin_prefetch(ahead + line);
            }
            const auto first = slot;
            while (slot != slot_order.end() && slot->account == i) ++slot;
            add_to(pieces[piece], *this, account_at(*this, order[i]),
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
