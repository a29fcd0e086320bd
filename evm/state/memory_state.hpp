// SPDX-License-Identifier: Apache-2.0
// A whole or partial state in memory: what fixtures and pre-state files are loaded into, and what differences
// are applied to.
#pragma once

#include <unordered_map>

#include "evm/state/state_diff.hpp"
#include "evm/state/state_view.hpp"

namespace warpevm {

class MemoryState final : public StateView {
  public:
    struct Account {
        uint64_t nonce = 0;
        U256 balance;
        Hash code_hash = empty_code_hash;
        SeededMap<U256, U256> storage;  ///< no zero values
    };

    /// `closed`: what is not here does not exist; otherwise reading it answers unknown.
    explicit MemoryState(bool closed = true) : m_closed(closed) {}

    void set_account(const Address& address, uint64_t nonce, const U256& balance, BytesView code);
    /// The value zero says that the slot is known to be zero.
    void set_slot(const Address& address, const U256& slot, const U256& value);
    /// Removes the account; it is known not to exist.
    void set_absent(const Address& address);
    void set_block_hash(uint64_t number, const Hash& hash) { m_block_hashes[number] = hash; }
    /// Applies a difference; afterwards this is the state after it.
    void apply(const StateDiff& diff);
    /// The Merkle Patricia root of everything here (Yellow Paper 4.1). Meaningful for a complete state.
    [[nodiscard]] Hash root() const;
    /// The root as it would be after `diff`, without changing anything.
    [[nodiscard]] Hash root_after(const StateDiff& diff) const;

    [[nodiscard]] const auto& accounts() const { return m_accounts; }
    [[nodiscard]] BytesView code(const Hash& hash) const;

    void read_accounts(std::span<const Address> keys, std::span<Read<AccountRecord>> answers) const override;
    void read_slots(std::span<const SlotKey> keys, std::span<Read<U256>> answers) const override;
    void read_codes(std::span<const Hash> hashes, std::span<Read<BytesView>> answers) const override;
    [[nodiscard]] Read<Hash> read_block_hash(uint64_t number) const override;

  private:
    [[nodiscard]] bool knows_slot_is_zero(const SlotKey& key) const;

    bool m_closed;
    SeededMap<Address, Account> m_accounts;
    /// Shared, so that copies of a state are cheap and views stay valid.
    SeededMap<Hash, std::shared_ptr<const Bytes>> m_codes;
    std::unordered_map<uint64_t, Hash> m_block_hashes;
    // What a state that is not closed knows not to be there; empty in a closed one.
    SeededSet<Address> m_absent_accounts;
    SeededSet<Address> m_whole_storages;  ///< every slot that is not listed is zero
    SeededSet<SlotKey> m_zero_slots;
};

}  // namespace warpevm
