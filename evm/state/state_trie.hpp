// SPDX-License-Identifier: Apache-2.0
// The tries of a state in memory: roots that cost what changed. Built when first asked for a root; an
// account's storage gets a trie when a slot of it changes first.
#pragma once

#include <memory>
#include <vector>

#include "evm/state/memory_state.hpp"
#include "evm/state/state_roots.hpp"
#include "evm/trie/merkle_trie.hpp"

namespace warpevm {

/// Runs ahead of its state, which stays as it is, and can be taken back to it. One thread at a time.
class StateTrie {
  public:
    /// `state` must be complete and outlive this. It changes only together with `keep`.
    explicit StateTrie(const MemoryState& state);
    StateTrie(const StateTrie&) = delete;
    StateTrie& operator=(const StateTrie&) = delete;

    void apply(const StateDiff& change);
    Hash root();
    /// Back to the state.
    void take_back();
    /// As it would be after `diff`, from the state on. Afterwards this is there.
    Hash root_after(const StateDiff& diff);
    /// The state has become what this ran ahead to.
    void keep() { m_undo.clear(); }

    [[nodiscard]] bool is_built() const { return m_built; }
    /// Since it was built, of all tries that are there; and what they hold.
    [[nodiscard]] uint64_t hashed_nodes() const;
    [[nodiscard]] size_t memory() const;

  private:
    using Storage = std::unique_ptr<MerkleTrie>;
    /// How something was before; what was done last is undone first.
    struct Undo {
        enum class Kind : uint8_t { account, slot, storage } kind;
        Hash account, slot;  ///< keys in the tries
        Bytes value;
        Storage storage;
    };

    void build();
    void apply(const AccountChange& change, const Hash& key, std::span<const SlotChange> slots,
               std::span<const Hash> slot_keys);
    void write_account(const Hash& key, BytesView value);
    void write_slot(MerkleTrie& storage, const Hash& account, const Hash& key, const U256& value);
    void clear_storage(const Address& address, const Hash& key);
    void replace_storage(const Hash& key, Storage storage);
    MerkleTrie& storage_of(const Address& address, const Hash& key);
    [[nodiscard]] const MemoryState::Account* account_in_state(const Address& address) const;

    const MemoryState& m_state;
    bool m_built = false;
    MerkleTrie m_accounts;
    /// By the hash of the address, which nobody can choose. Where an account has none, its storage is the
    /// state's.
    SeededMap<Hash, Storage> m_storages;
    std::vector<Undo> m_undo;
};

/// Roots of executions over the trie's state, one execution at a time; each begins by taking the trie back.
BeginStateRoots roots_over(StateTrie& trie);
/// Likewise, with a trie for each execution.
BeginStateRoots roots_over(const MemoryState& state);

}  // namespace warpevm
