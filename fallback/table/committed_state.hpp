// SPDX-License-Identifier: Apache-2.0
// The committed state, which only the commit loop changes. Incarnations are validated by value against the
// table and committed there. What is irregular, and every serial stretch, is executed on the serial journal
// over the same table; what that changed is entered when the commit loop goes back to the table.
#pragma once

#include <functional>
#include <variant>

#include "evm/state/journal.hpp"
#include "fallback/table/block_changes.hpp"
#include "fallback/table/commit_batch.hpp"
#include "fallback/table/committed_view.hpp"

namespace warpevm {

/// Where a window's entries are to be found.
struct WindowTable {
    Versions& versions;
    EntryStretches& stretches;  ///< the commit loop's own
    /// Empties the table; called when it is needed first.
    std::function<void()> reset;
};

class CommittedState {
  public:
    CommittedState(WindowTable table, const StateView& state, CodeCache& codes, bool assume_absent);

    /// `start`: every position up to it belongs to earlier blocks.
    void begin_block(bool state_clearing, Position start);
    /// What the block changed in all: the difference, or what it is yet to be formed from.
    using BlockResult = std::variant<StateDiff, BlockChanges>;
    /// With the journal in use. `end` as in use_table.
    [[nodiscard]] BlockResult take_block(Position end);
    /// After take_block. `more`: another block of the window follows.
    void end_block(Position end, bool more);

    /// Makes the table ready for who enters something before the commit loop does.
    void begin_table() {
        if (m_entered == Entered::unused) first_use();
    }
    /// The journal: valid to run on after `use_journal`, until `use_table`.
    [[nodiscard]] Journal<false>& journal() { return m_journal; }
    void use_journal();
    /// Enters what the journal changed since the last time, as of `position`, which nothing else has.
    void use_table(Position position);
    [[nodiscard]] bool on_journal() const { return m_on_journal; }
    /// The row of an account, for who needs one before a transaction asks for it. On the table.
    [[nodiscard]] Row intern(const Address& address) { return m_table.intern(address, m_window.stretches); }

    /// Whether each observation of the incarnation holds in the committed state; false: it is stale.
    bool validate(const Incarnation& incarnation);
    /// Enters the effects of an incarnation that was validated.
    void commit(const Incarnation& incarnation, Position position);

    /// Several at once, of consecutive transactions of the block, the first at position `first`: how many
    /// hold, and then the effects of those (see CommitBatch). Not where changes are listed.
    [[nodiscard]] bool takes_batches() const { return !m_listed.lists; }
    uint32_t validate_batch(std::span<Incarnation* const> batch, Position first, const ForEach& for_each);
    void commit_batch(uint32_t count, const ForEach& for_each);

    /// As Journal::list_changes and take_changes.
    void list_changes() {
        m_listed.lists = true;
        m_journal.list_changes();
    }
    [[nodiscard]] StateDiff take_changes();
    /// Reads of unknown state that were taken as absent, since the last call.
    void take_assumed(std::vector<Address>& accounts, std::vector<SlotKey>& slots);

  private:
    /// What was changed since the commit loop went to the table, as it was then: a journal that was complete
    /// takes it over.
    struct Moved {
        struct Account {
            Row row;
            AccountState before;
        };
        struct Slot {
            Row row;
            U256 before;
        };
        /// With more than that, emptying the journal and reading the table on demand is faster.
        static constexpr size_t most = 256;
        bool noted = false;
        uint32_t stay = 0;  ///< counts how often the commit loop went to the table
        std::vector<Account> accounts;
        std::vector<Slot> slots;
    };
    /// Changed since take_changes, for it: by the journal before the table was used, and on the table since.
    struct Listed {
        bool lists = false;
        StateDiff before;
        std::vector<Row> accounts, slots;
        Position from = 0;  ///< the first one's position
    };
    struct Assumed {
        std::vector<Address> accounts;
        std::vector<SlotKey> slots;
    };
    struct KnownEntry {
        std::optional<Row> row;
        uint32_t generation = 0;  ///< the account's in the journal when its last wipe was entered
    };
    /// How much of what the journal changed the table knows.
    enum class Entered : uint8_t {
        unused,      ///< there is no table yet
        partly,      ///< what was entered when the commit loop went to the table
        all_listed,  ///< all of this block's changes, but for what the journal lists as new
    };

    void first_use();
    bool take_over();
    void adopt_account(Row journal_row);
    void adopt_slot(Row journal_row);
    void enter_journal(Position position);
    Row account_row_of(Row journal_row);
    Row slot_row_of(Row journal_row);
    void take_journals_assumptions();
    void list_assumptions(const Incarnation& incarnation);
    void enter(Row row, const AccountEffect& effect, Position position);
    void change_account(Row row, Position position, const AccountState& state);
    void change_slot(Row row, Position position, const U256& value);
    void note_account(Row row);
    void note_move(Row row);
    void note_move(Row row, SlotEntry& slot, const AccountEntry& account);
    void list_change(Row row, Position position);
    void set(SlotEntry& slot, Position position, const U256& value);
    StateDiff take_table_changes();

    WindowTable m_window;
    Versions& m_table;
    CommitBatch m_batch;
    CommittedView m_view;
    Journal<false> m_journal;
    bool m_state_clearing = true;
    bool m_on_journal = true;
    bool m_table_ahead = false;  ///< the table knows of changes that the journal has to ask it for
    bool m_mixed = false;        ///< likewise of this block's
    Entered m_entered = Entered::unused;
    uint32_t m_block = 0;
    BlockChanges m_changes;  ///< of the block, on the table
    /// Of the journal, that earlier blocks changed, as long as there is no table.
    std::vector<Row> m_earlier_slots;
    std::vector<KnownEntry> m_known;  ///< by account row of the journal, found so far
    Moved m_moved;
    Listed m_listed;
    Assumed m_assumed;
    Assumed m_early_assumed;  ///< reported before there was a table
};

}  // namespace warpevm
