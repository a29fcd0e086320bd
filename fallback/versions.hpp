// SPDX-License-Identifier: Apache-2.0
// The multi-version table: for each account and slot its pre-state, its value as committed, and what
// transactions that are not committed yet did to it, by position. A hint and nothing more: whatever was read
// here is checked by value before it counts.
#pragma once

#include <boost/container/small_vector.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "evm/state/observation.hpp"
#include "evm/state/state_view.hpp"
#include "fallback/spin_lock.hpp"

namespace warpevm {

/// A place in the window: 0 is its start, and every transaction has one of its own, ascending.
using Position = uint64_t;

inline constexpr Row no_row = ~Row{0};

/// Asks the state view once, whoever comes first; the others wait.
class LoadOnce {
  public:
    template <class Load>
    void run(Load&& load) {
        uint8_t state = m_state.load(std::memory_order_acquire);
        if (state == ready) return;
        if (state == untouched && m_state.compare_exchange_strong(state, busy, std::memory_order_acquire)) {
            load();
            m_state.store(ready, std::memory_order_release);
            m_state.notify_all();
            return;
        }
        for (; state != ready; state = m_state.load(std::memory_order_acquire))
            m_state.wait(state, std::memory_order_acquire);
    }

  private:
    static constexpr uint8_t untouched = 0, busy = 1, ready = 2;
    std::atomic<uint8_t> m_state{untouched};
};

/// An account as of some position.
struct AccountState {
    AccountRecord record;
    bool exists = false;
    /// The position that wiped its storage last; 0: none did.
    Position wiped = 0;
};

struct AccountEntry {
    explicit AccountEntry(const Address& a) : address(a) {}

    const Address address;
    LoadOnce load;
    /// What the state view answered; valid after `load`.
    Read<AccountRecord> before;

    SpinLock lock;  // of the next three
    Position committed_at = 0;
    AccountState committed;
    struct Version {
        Position position;
        AccountEffect effect;
    };
    /// Ascending, of transactions that are not committed; hardly ever more than one at a time.
    boost::container::small_vector<Version, 1> versions;

    // The ordered walk's own.
    Row row = no_row;         ///< in the committed journal
    uint32_t generation = 0;  ///< of the committed row, when it was published last
};

struct SlotEntry {
    SlotEntry(AccountEntry* a, const U256& k) : account(a), key(k) {}

    AccountEntry* const account;
    const U256 key;
    LoadOnce load;
    Read<U256> before;

    SpinLock lock;  // of the next three
    Position committed_at = 0;
    U256 committed;  ///< means something where committed_at is not 0
    struct Version {
        Position position;
        U256 value;
    };
    boost::container::small_vector<Version, 1> versions;

    Row row = no_row;  ///< the walk's own, as in AccountEntry
};

/// Keys to entries, from many threads. Entries stay where they are as long as this lives.
template <class Key, class Entry>
class Interner {
  public:
    template <class... Arguments>
    Entry* find_or_add(const Key& key, Arguments&&... arguments) {
        const size_t hash = hash_value(key);
        Shard& shard = m_shards[(hash >> 48) % shards];
        const std::lock_guard held(shard.lock);
        const auto [it, fresh] = shard.entries.try_emplace(key, nullptr);
        if (fresh) it->second = &shard.storage.emplace_back(std::forward<Arguments>(arguments)...);
        return it->second;
    }

  private:
    static constexpr size_t shards = 64;
    struct alignas(64) Shard {
        SpinLock lock;
        boost::unordered_flat_map<Key, Entry*> entries;
        std::deque<Entry> storage;
    };
    std::array<Shard, shards> m_shards;
};

class Versions {
  public:
    explicit Versions(const StateView& state) : m_state(state) {}

    /// The entry, its pre-state read.
    AccountEntry* account(const Address& address) {
        AccountEntry* entry = find_account(address);
        load(*entry);
        return entry;
    }
    /// The entry, without asking the state view.
    AccountEntry* find_account(const Address& address) { return m_accounts.find_or_add(address, address); }
    SlotEntry* slot(AccountEntry* account, const U256& key) {
        return m_slots.find_or_add(SlotId{account, key}, account, key);
    }
    void load(AccountEntry& entry);
    /// The pre-state's value of a slot whose account the pre-state has.
    const Read<U256>& before(SlotEntry& entry);

    /// The account as the transaction at `position` should see it.
    AccountState at(AccountEntry& entry, Position position, bool state_clearing);
    /// A slot likewise. `wiped`: as the account's state at that position says.
    Read<U256> at(SlotEntry& entry, Position position, Position wiped);

    /// What the transaction at `position` did, before anyone knows whether it stands.
    void publish(AccountEntry& entry, Position position, const AccountEffect& effect);
    void publish(SlotEntry& entry, Position position, const U256& value);
    void withdraw(AccountEntry& entry, Position position);
    void withdraw(SlotEntry& entry, Position position);
    /// The value after `position`, for good; versions up to it are dropped.
    void commit(AccountEntry& entry, Position position, const AccountState& state);
    void commit(SlotEntry& entry, Position position, const U256& value);

    [[nodiscard]] const StateView& state() const { return m_state; }

  private:
    struct SlotId {
        AccountEntry* account;
        U256 key;
        bool operator==(const SlotId&) const = default;
        friend size_t hash_value(const SlotId& id) {
            return mix64(hash_value(id.key) ^ reinterpret_cast<uintptr_t>(id.account));
        }
    };
    const StateView& m_state;
    Interner<Address, AccountEntry> m_accounts;
    Interner<SlotId, SlotEntry> m_slots;
};

}  // namespace warpevm
