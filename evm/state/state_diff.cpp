// SPDX-License-Identifier: Apache-2.0
#include "evm/state/state_diff.hpp"

#include <algorithm>

#include "evm/base/hex.hpp"

namespace warpevm {
namespace {

/// Appends accounts, slots and codes to a difference under construction; called in sorted order.
class DiffBuilder {
  public:
    void account(AccountChange change, const StateDiff& from) {
        const std::span<const SlotChange> slots = from.slots_of(change);
        change.first_slot = static_cast<uint32_t>(m_diff.slots.size());
        m_diff.slots.insert(m_diff.slots.end(), slots.begin(), slots.end());
        m_diff.accounts.push_back(change);
    }

    void both(const AccountChange& a, const StateDiff& earlier, const AccountChange& b,
              const StateDiff& later) {
        // What was gone in between has lost its storage, though neither side alone need say so.
        const bool forgets = b.storage_wiped || !b.exists || !a.exists;
        AccountChange merged = b;
        merged.storage_wiped = b.exists ? a.storage_wiped || forgets : a.storage_wiped || b.storage_wiped;
        if (forgets) {
            account(merged, later);
            return;
        }
        merged.first_slot = static_cast<uint32_t>(m_diff.slots.size());
        merge_slots(earlier.slots_of(a), later.slots_of(b));
        merged.slot_count = static_cast<uint32_t>(m_diff.slots.size()) - merged.first_slot;
        m_diff.accounts.push_back(merged);
    }

    void code(const CodeChange& change, const StateDiff& from) {
        const BytesView bytes = from.code(change);
        m_diff.codes.push_back({change.hash, static_cast<uint32_t>(m_diff.code_bytes.size()), change.size});
        append(m_diff.code_bytes, bytes);
    }

    StateDiff take() { return std::move(m_diff); }

  private:
    void merge_slots(std::span<const SlotChange> a, std::span<const SlotChange> b) {
        size_t i = 0, k = 0;
        while (i < a.size() || k < b.size()) {
            if (k == b.size() || (i < a.size() && a[i].slot < b[k].slot)) {
                m_diff.slots.push_back(a[i++]);
            } else {
                if (i < a.size() && a[i].slot == b[k].slot) ++i;
                m_diff.slots.push_back(b[k++]);
            }
        }
    }

    StateDiff m_diff;
};

}  // namespace

StateDiff StateDiff::then(const StateDiff& later) const {
    DiffBuilder out;
    size_t i = 0, k = 0;
    while (i < accounts.size() || k < later.accounts.size()) {
        if (k == later.accounts.size() ||
            (i < accounts.size() && accounts[i].address < later.accounts[k].address)) {
            out.account(accounts[i++], *this);
        } else if (i < accounts.size() && accounts[i].address == later.accounts[k].address) {
            out.both(accounts[i++], *this, later.accounts[k++], later);
        } else {
            out.account(later.accounts[k++], later);
        }
    }
    for (i = 0, k = 0; i < codes.size() || k < later.codes.size();) {
        if (k == later.codes.size() || (i < codes.size() && codes[i].hash < later.codes[k].hash)) {
            out.code(codes[i++], *this);
        } else {
            if (i < codes.size() && codes[i].hash == later.codes[k].hash) ++i;
            out.code(later.codes[k++], later);
        }
    }
    return out.take();
}

std::string StateDiff::to_json() const {
    std::string out = "{";
    for (const AccountChange& a : accounts) {
        if (out.size() > 1) out += ',';
        out += '"' + to_hex(a.address) + "\":";
        if (!a.exists) {
            out += "null";
            continue;
        }
        out += "{\"balance\":\"" + to_quantity(a.balance) + '"';
        const auto code_at = std::lower_bound(codes.begin(), codes.end(), a.code_hash,
                                              [](const CodeChange& c, const Hash& h) { return c.hash < h; });
        // Code that is neither here nor empty was there before.
        if (a.code_hash == empty_code_hash)
            out += ",\"code\":\"0x\"";
        else if (code_at != codes.end() && code_at->hash == a.code_hash)
            out += ",\"code\":\"" + to_hex(code(*code_at)) + '"';
        out += ",\"nonce\":\"" + to_quantity(a.nonce) + "\",\"storage\":{";
        bool first = true;
        for (const SlotChange& s : slots_of(a)) {
            if (!first) out += ',';
            first = false;
            out += '"' + to_hex(to_bytes32(s.slot)) + "\":\"" + to_hex(to_bytes32(s.value)) + '"';
        }
        out += a.storage_wiped ? "},\"wiped\":true}" : "}}";
    }
    return out + '}';
}

}  // namespace warpevm
