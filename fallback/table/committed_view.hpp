// SPDX-License-Identifier: Apache-2.0
// The state as committed, read from the table's entries where there are any.
#pragma once

#include "evm/state/state_view.hpp"
#include "fallback/table/versions.hpp"

namespace warpevm {

/// Whether the slot of that account is as the pre-state has it.
bool is_from_pre_state(const SlotEntry& slot, const AccountEntry& account);
/// The value of a slot as committed, its pre-state loaded where that has a say.
U256 value_of(const SlotEntry& slot, const AccountEntry& account);
/// Whether the account's storage holds anything. As exact as the journal's answer (Journal::holds_storage).
bool holds_storage(const AccountEntry& entry);
/// Whether the slot is one of those that `nonzero_slots` of its account counts.
bool counts_as_nonzero(const SlotEntry& slot, const AccountEntry& account);
/// Whether the slot has this value. Unknown state is an answer only to who assumes that it is absent.
bool holds(Versions& table, SlotEntry& slot, const U256& value, bool assumes);
/// Whether a transaction may add `delta` to the balance on the table: one that would leave [0, 2^255) is
/// executed on the journal, where serial's rules decide.
bool sum_in_bounds(const U256& balance, const U256& delta);
/// A touch of an account that is neither absent nor empty.
bool changes_nothing(const AccountEffect& effect, const AccountState& state);
/// Whether reading the account takes something unknown as absent that was not reported yet.
bool is_assumption(const AccountEntry& entry);

/// What the commit loop's journal reads through: the table's entries, else the state. Adds no entries.
class CommittedView final : public StateView {
  public:
    CommittedView(const StateView& state, Versions& table) : m_state(state), m_all(table) {}
    /// From here on the table's entries come first.
    void use_table() { m_table = &m_all; }

    void read_accounts(std::span<const Address> keys, std::span<Read<AccountRecord>> answers) const override;
    void read_slots(std::span<const SlotKey> keys, std::span<Read<U256>> answers) const override;
    void read_codes(std::span<const Hash> hashes, std::span<Read<BytesView>> answers) const override {
        m_state.read_codes(hashes, answers);
    }
    [[nodiscard]] Read<Hash> read_block_hash(uint64_t number) const override {
        return m_all.block_hash(m_state, number);
    }

  private:
    [[nodiscard]] Read<AccountRecord> read(const Address& address) const;
    [[nodiscard]] Read<U256> read(const SlotKey& key) const;

    const StateView& m_state;
    Versions& m_all;
    Versions* m_table = nullptr;  ///< once it is used
};

}  // namespace warpevm
