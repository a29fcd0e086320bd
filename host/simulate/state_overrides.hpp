// SPDX-License-Identifier: Apache-2.0
// Changes of a pre-state for one simulation, as geth's state overrides have them.
#pragma once

#include <optional>

#include "evm/base/seeded_hash.hpp"
#include "evm/state/state_view.hpp"

namespace warpevm {

/// What is not named stays as the pre-state has it.
struct AccountOverride {
    std::optional<U256> balance;
    std::optional<uint64_t> nonce;
    std::optional<Bytes> code;
    /// Slots by key; zeros too.
    SeededMap<U256, U256> slots;
    /// `slots` is the whole storage, else a change of it.
    bool replaces_storage = false;
};

/// By account. Codes are hashed once, when they come in.
class StateOverrides {
  public:
    /// Replaces what was said of the account before.
    void set(const Address& address, AccountOverride account);
    [[nodiscard]] bool empty() const { return m_accounts.empty(); }
    [[nodiscard]] size_t size() const { return m_accounts.size(); }

  private:
    friend class OverriddenState;
    struct Account {
        AccountOverride given;  ///< its code is empty: that lies with its hash
        Hash code_hash;
        bool has_storage = false;  ///< a slot is not zero
    };
    SeededMap<Address, Account> m_accounts;
    SeededMap<Hash, Bytes> m_codes;
};

/// A state with changes. Refers to both. An account that is changed is known, whatever the state knows of it.
class OverriddenState final : public StateView {
  public:
    OverriddenState(const StateView& base, const StateOverrides& overrides)
        : m_base(base), m_overrides(overrides) {}
    void read_accounts(std::span<const Address> keys, std::span<Read<AccountRecord>> answers) const override;
    void read_slots(std::span<const SlotKey> keys, std::span<Read<U256>> answers) const override;
    void read_codes(std::span<const Hash> hashes, std::span<Read<BytesView>> answers) const override;
    [[nodiscard]] Read<Hash> read_block_hash(uint64_t number) const override {
        return m_base.read_block_hash(number);
    }

  private:
    const StateView& m_base;
    const StateOverrides& m_overrides;
};

}  // namespace warpevm
