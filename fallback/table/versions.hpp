// SPDX-License-Identifier: Apache-2.0
// The multi-version table of a window (Block-STM's MVMemory), the one place where accounts and slots are
// interned. What is committed in it is final; versions of uncommitted transactions are speculative, and
// whatever was read from them is validated by value at commit.
#pragma once

#include <map>
#include <mutex>
#include <vector>

#include "fallback/table/entries.hpp"
#include "fallback/table/interner.hpp"

namespace warpevm {

/// A call without value: it matters only to an account that is absent or empty, so it is not published as a
/// version.
inline bool only_touches(const AccountEffect& e) {
    return e.delta.is_zero() && !has(e, WROTE_NONCE | WROTE_CODE | WIPED);
}

/// Applies a transaction's effect on an account to a state, in the order of the journal's end_transaction.
void apply(AccountState& state, const AccountEffect& effect, Position position, bool state_clearing);

/// Where a thread's entries lie.
struct EntryStretches {
    Interner<AccountEntry>::Stretch accounts;
    Interner<SlotEntry>::Stretch slots;
    void clear() {
        slots.clear();
        accounts.clear();
    }
};

class Versions {
  public:
    /// Forgets everything; the table is about `state` from here on. The threads' stretches must be cleared.
    void reset(const StateView& state, size_t expected_accounts, size_t expected_slots);

    [[nodiscard]] AccountEntry& account(Row row) const { return m_accounts[row]; }
    [[nodiscard]] SlotEntry& slot(Row row) const { return m_slots[row]; }
    [[nodiscard]] AccountEntry& account_of(const SlotEntry& slot) const { return m_accounts[slot.account]; }
    [[nodiscard]] SlotKey key_of(const SlotEntry& slot) const {
        return {m_accounts[slot.account].address, slot.key};
    }

    /// The row, without asking the state view.
    Row intern(const Address& address, EntryStretches& stretches) {
        return m_accounts.find_or_add(hash_value(address), address, stretches.accounts);
    }
    Row intern(Row account, const U256& key, EntryStretches& stretches) {
        const SlotId id{account, key};
        return m_slots.find_or_add(hash_of(id), id, stretches.slots);
    }
    /// The rows of many, and what the pre-state has of them, in one batch each: of slots only where their
    /// accounts are there. What another thread is loading may still be on its way afterwards, and reads may
    /// have failed.
    void enter(std::span<const Address> keys, EntryStretches& stretches, std::span<Row> rows);
    void enter(std::span<const SlotKey> keys, EntryStretches& stretches, std::span<Row> rows);

    /// The rows, where there are any.
    [[nodiscard]] std::optional<Row> known_account(const Address& address) const {
        return m_accounts.find(hash_value(address), address);
    }
    [[nodiscard]] std::optional<Row> known_slot(Row account, const U256& key) const {
        const SlotId id{account, key};
        return m_slots.find(hash_of(id), id);
    }
    /// False where the read failed; a later one may succeed.
    [[nodiscard]] bool load(AccountEntry& entry);
    /// In one batch, without those that another thread has begun. Some may fail.
    void load_accounts(std::span<const Row> rows);
    void load_slots(std::span<const Row> rows);
    /// Only of accounts that the pre-state has; storage that is new is not asked for.
    [[nodiscard]] bool load(SlotEntry& entry);

    /// The account as the transaction at `position` should see it. `estimate` becomes the position of the
    /// last estimate among the versions read, if any: its reader should suspend until that position commits.
    AccountState at(AccountEntry& entry, Position position, bool state_clearing, Position& estimate);
    /// A slot likewise, where it can be read. `wiped`: as the account's state at that position says.
    Read<U256> at(SlotEntry& entry, Position position, Position wiped, Position& estimate);

    /// Makes an incarnation's effect visible to later transactions before it is validated. The version, and
    /// what it points to, must stay where it is until it is withdrawn or something at its position or later
    /// commits.
    void publish(AccountEntry& entry, AccountVersion& version);
    void publish(SlotEntry& entry, SlotVersion& version);
    /// The incarnation is stale: its version becomes an estimate of what the next one will write. Like
    /// `withdraw`, does nothing where the version is not, or no longer, published.
    void mark_estimate(AccountEntry& entry, AccountVersion& version);
    void mark_estimate(SlotEntry& entry, SlotVersion& version);
    void withdraw(AccountEntry& entry, const AccountVersion& version);
    void withdraw(SlotEntry& entry, const SlotVersion& version);
    /// The final value after `position`; versions up to it are dropped.
    void commit(AccountEntry& entry, Position position, const AccountState& state);
    void commit(SlotEntry& entry, Position position, const U256& value);

    [[nodiscard]] const StateView& state() const { return *m_state; }

    /// Of the window, whoever asks: `state` is asked once for each.
    Read<Hash> block_hash(const StateView& state, uint64_t number);
    void forget_block_hashes() { m_block_hashes.clear(); }

  private:
    void intern_slots(std::span<const SlotKey> keys, EntryStretches& stretches, std::span<Row> rows,
                      std::vector<Row>& accounts);
    static size_t hash_of(const SlotId& id) {
        const auto& k = id.key.limb;
        return hash_seed(k[0], k[1], k[2], k[3], id.account);
    }

    const StateView* m_state = nullptr;
    Interner<AccountEntry> m_accounts;
    Interner<SlotEntry> m_slots;
    std::mutex m_block_hashes_lock;
    std::map<uint64_t, Read<Hash>> m_block_hashes;  ///< those that were read
};

}  // namespace warpevm
