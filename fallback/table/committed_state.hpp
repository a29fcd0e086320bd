// SPDX-License-Identifier: Apache-2.0
// The committed state, which only the commit loop changes. Incarnations are validated by value against the
// table and committed there. What is irregular, and every serial stretch, is executed on the serial journal
// over the same table; what that changed is entered when the commit loop goes back to the table.
#pragma once

#include <array>
#include <functional>

#include "evm/base/for_each.hpp"
#include "evm/state/journal.hpp"
#include "fallback/table/committed_view.hpp"
#include "fallback/table/incarnation.hpp"
#include "fallback/table/plain_transfer.hpp"

namespace warpevm {

/// Where a window's entries are to be found.
struct WindowTable {
    Versions& versions;
    EntryArena& arena;  ///< the commit loop's own
    /// Empties the table; called when it is needed first.
    std::function<void()> reset;
};

class CommittedState {
  public:
    CommittedState(WindowTable table, const StateView& state, CodeCache& codes, bool assume_absent);

    /// `start`: every position up to it belongs to earlier blocks.
    void begin_block(bool state_clearing, Position start);
    /// `more`: another block of the window follows. `end` as in use_table.
    void end_block(Position end, bool more);

    /// The journal: valid to run on after `use_journal`, until `use_table`.
    [[nodiscard]] Journal<false>& journal() { return m_journal; }
    void use_journal();
    /// Enters what the journal changed since the last time, as of `position`, which nothing else has.
    /// `may_return`: to the journal, after a few transactions.
    void use_table(Position position, bool may_return = true);
    [[nodiscard]] bool on_journal() const { return m_on_journal; }

    /// The account that gets the block's fees. They are deferred credit: nearly every transaction adds to it
    /// and hardly any observes it, so an addition is not published as a version until one has been observed.
    void set_beneficiary(AccountEntry* entry) {
        // Within a block it stays the same, and after backing off threads may still be reading it.
        if (m_beneficiary != entry) m_beneficiary = entry;
        m_fees_observed.store(false, std::memory_order_relaxed);
    }
    [[nodiscard]] bool is_deferred_credit(const AccountEffect& effect, const AccountEntry* entry) const {
        return entry == m_beneficiary && !effect.nonce && !effect.code_hash && !effect.wiped &&
               !m_fees_observed.load(std::memory_order_relaxed);
    }

    /// Whether each observation of the incarnation holds in the committed state; false: it is stale.
    bool validate(const Incarnation& incarnation);
    /// Enters the effects of an incarnation that was validated.
    void commit(const Incarnation& incarnation, Position position);
    /// Validates and commits a plain transfer, on the table. False, and nothing changed, where it is none.
    /// `warms_beneficiary`: the beneficiary is read before the recipient (EIP-3651).
    bool transfer(const PlainTransfer& transfer, const Transaction& tx, bool warms_beneficiary,
                  Position position);

    /// How the incarnations that were committed since `count_chains` depend on one another: the chain with
    /// the most gas, and the gas of all. Unlike wall time this does not depend on scheduling.
    struct Dependence {
        Chain longest;
        uint64_t gas = 0;
    };
    [[nodiscard]] const Dependence& dependence() const { return m_dependence; }
    void count_chains() {
        m_dependence = {.longest = {.gas = 0, .length = 0, .count = m_dependence.longest.count + 1}};
    }

    /// What the block changed so far; `position` as in use_table.
    [[nodiscard]] StateDiff diff(Position position, const ForEach& for_each = in_order);
    /// As Journal::list_changes and take_changes.
    void list_changes() {
        m_lists_changes = true;
        m_journal.list_changes();
    }
    [[nodiscard]] StateDiff take_changes();
    /// Reads of unknown state that were taken as absent, since the last call.
    void take_assumed(std::vector<Address>& accounts, std::vector<SlotKey>& slots);

  private:
    struct ChangedAccount {
        AccountEntry* entry;
        AccountState before;
        uint32_t last_slot = none;  ///< of its changed slots, which are linked
    };
    struct ChangedSlot {
        SlotEntry* entry;
        U256 before;
        uint32_t previous;
    };
    static constexpr uint32_t none = ~uint32_t{0};
    /// What was changed since the commit loop went to the table, as it was then.
    struct MovedAccount {
        AccountEntry* entry;
        AccountState before;
    };
    struct MovedSlot {
        SlotEntry* entry;
        U256 before;
    };
    /// With more than that, emptying the journal and reading the table on demand is faster.
    static constexpr size_t most_moved = 256;
    /// A part of a difference, its slots and codes counted from its own beginning.
    struct DiffPiece {
        std::vector<AccountChange> accounts;
        std::vector<SlotChange> slots;
        std::vector<Hash> codes;
    };

    void first_use();
    bool take_over();
    [[nodiscard]] bool few_moved() const {
        return m_moved_accounts.size() + m_moved_slots.size() <= most_moved;
    }
    void adopt_account(Row row);
    void adopt_slot(Row row);
    void enter_journal(Position position);
    AccountEntry* entry_of(Row row);
    SlotEntry* slot_entry_of(Row row);
    void take_journals_assumptions();
    void list_assumptions(const Incarnation& incarnation);
    void list_assumption(AccountEntry& entry);
    void enter(AccountEntry& entry, const AccountEffect& effect, Position position);
    Chain chain_before(const Incarnation& incarnation) const;
    void extend_chains(const Incarnation& incarnation, Chain chain);
    void change(AccountEntry& entry, Position position, const AccountState& state);
    void change(SlotEntry& entry, Position position, const U256& value);
    void note_change(AccountEntry& entry);
    void note_move(AccountEntry& entry);
    void list_change(AccountEntry& entry, Position position);
    void set(SlotEntry& entry, Position position, const U256& value);
    StateDiff table_diff(const ForEach& for_each) const;
    StateDiff take_table_changes();
    void add_to(DiffPiece& piece, const ChangedAccount& changed) const;
    void add_codes(StateDiff& diff, std::vector<Hash> hashes) const;

    CodeCache& m_codes;
    WindowTable m_window;
    Versions& m_table;
    EntryArena& m_arena;
    CommittedView m_view;
    Journal<false> m_journal;
    bool m_state_clearing = true;
    bool m_table_used = false;   ///< in this window
    bool m_table_ahead = false;  ///< the table knows of changes that the journal has to ask it for
    bool m_mixed = false;        ///< likewise of this block's
    bool m_on_journal = true;
    bool m_all_entered = false;  ///< but for what the journal lists, the table knows of this block's changes
    uint32_t m_stay = 0;         ///< counts how often the commit loop went to the table
    bool m_notes_moves = false;  ///< changes since then are listed, so that the journal can take them over
    std::vector<MovedAccount> m_moved_accounts;
    std::vector<MovedSlot> m_moved_slots;
    uint32_t m_block = 0;
    Position m_block_start = 0;
    /// Rows that earlier blocks changed, as long as there is no table.
    std::vector<Row> m_earlier_accounts, m_earlier_slots;
    struct KnownEntry {
        AccountEntry* entry = nullptr;
        uint32_t generation = 0;  ///< the account's in the journal when its last wipe was entered
    };
    std::vector<KnownEntry> m_entries;  ///< by row of the journal, found so far
    std::vector<ChangedAccount> m_changed_accounts;
    std::vector<ChangedSlot> m_changed_slots;
    /// Changed since take_changes, for it: by the journal before the table was used, and on the table since.
    bool m_lists_changes = false;
    StateDiff m_listed_before;
    std::vector<AccountEntry*> m_listed_accounts;
    std::vector<SlotEntry*> m_listed_slots;
    Position m_listed_from = 0;  ///< the first one's position
    std::vector<Address> m_assumed_accounts;
    std::vector<SlotKey> m_assumed_slots;
    std::vector<Address> m_early_assumed_accounts;  ///< reported before there was a table
    std::vector<SlotKey> m_early_assumed_slots;
    Dependence m_dependence;
    AccountEntry* m_beneficiary = nullptr;
    std::atomic<bool> m_fees_observed{false};
};

}  // namespace warpevm
