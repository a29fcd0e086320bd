// SPDX-License-Identifier: Apache-2.0
// The state as committed: the serial journal, which the ordered walk alone uses. Results that were computed
// elsewhere are checked against it and applied to it; everything irregular runs on it, as it does serially.
#pragma once

#include "evm/state/journal.hpp"
#include "fallback/incarnation.hpp"

namespace warpevm {

/// What the committed journal asks: the state itself, or the table that others have filled already.
class CommittedView final : public StateView {
  public:
    explicit CommittedView(const StateView& state) : m_state(state) {}
    void share(Versions* versions) { m_versions = versions; }

    void read_accounts(std::span<const Address> keys, std::span<Read<AccountRecord>> answers) const override;
    void read_slots(std::span<const SlotKey> keys, std::span<Read<U256>> answers) const override;
    void read_codes(std::span<const Hash> hashes, std::span<Read<BytesView>> answers) const override {
        m_state.read_codes(hashes, answers);
    }
    [[nodiscard]] Read<Hash> read_block_hash(uint64_t number) const override {
        return m_state.read_block_hash(number);
    }

  private:
    const StateView& m_state;
    Versions* m_versions = nullptr;
};

class CommittedState {
  public:
    CommittedState(const StateView& state, CodeCache& codes, bool assume_absent);

    [[nodiscard]] Journal<false>& journal() { return m_journal; }

    /// From here on others speculate over `versions`: they are told what this block changed so far, and each
    /// change to come. To be called again before a block ends, since later changes are told by transaction.
    void share(Versions& versions, Position position);
    /// Changes from here on are not told one by one; `share` makes up for it.
    void stop_sharing();
    [[nodiscard]] bool sharing() const { return m_versions != nullptr; }

    /// The account that gets the block's fees. What a transaction adds to it is not told until somebody has
    /// asked for it: nearly all add, and hardly any ask.
    void set_fee_account(AccountEntry* entry) {
        m_fee_account = entry;
        m_fees_told.store(false, std::memory_order_relaxed);
    }
    [[nodiscard]] bool is_untold(const AccountEffect& effect, const AccountEntry* entry) const {
        return entry == m_fee_account && !effect.nonce && !effect.code_hash && !effect.wiped &&
               !m_fees_told.load(std::memory_order_relaxed);
    }

    /// Whether the incarnation would see here what it saw.
    bool still_holds(const Incarnation& incarnation, Position position);
    /// Applies an incarnation that holds, at its position.
    void apply(const Incarnation& incarnation, Position position);
    /// Tells what the transaction that just ran on the journal changed.
    void tell_changes(Position position);

  private:
    Row row_of(AccountEntry& entry);
    Row row_of(SlotEntry& entry);
    AccountValues values(AccountEntry& entry, bool with_storage);
    U256 value(SlotEntry& entry);
    bool sum_in_bounds(AccountEntry& entry, const AccountEffect& effect);
    AccountEntry* entry_of_account(Row row);
    SlotEntry* entry_of_slot(Row row);
    void tell_account(AccountEntry& entry, Position position);
    void tell_slot(SlotEntry& entry, Position position);

    CommittedView m_view;
    Journal<false> m_journal;
    Versions* m_versions = nullptr;
    std::vector<AccountEntry*> m_accounts;  ///< by row
    std::vector<SlotEntry*> m_slots;        ///< by row
    AccountEntry* m_fee_account = nullptr;
    std::atomic<bool> m_fees_told{false};
};

}  // namespace warpevm
