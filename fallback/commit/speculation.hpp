// SPDX-License-Identifier: Apache-2.0
// Executes one transaction speculatively on the multi-version state as of its position, and records its
// observations and effects.
#pragma once

#include <chrono>
#include <functional>

#include "evm/chain/executor.hpp"
#include "evm/chain/transaction_execution.hpp"
#include "evm/vm/buffers.hpp"
#include "fallback/table/incarnation.hpp"
#include "fallback/table/row_index.hpp"

namespace warpevm {

/// When a running transaction asked for an account (`slot` is null) or a slot first.
struct TimedRead {
    std::chrono::steady_clock::time_point at;
    const AccountEntry* account = nullptr;
    const SlotEntry* slot = nullptr;
};

/// The state view of one running transaction. Lists the entries that were read, in order.
class PositionView final : public StateView {
  public:
    PositionView(Versions& versions, EntryArena& arena, bool state_clearing, bool assume_absent)
        : m_versions(versions),
          m_arena(arena),
          m_state_clearing(state_clearing),
          m_assume_absent(assume_absent) {}

    /// Where there is a sender, its nonce is taken to be the transaction's: earlier ones of the same sender
    /// may be on their way.
    struct Reader {
        Position position = 0;
        const Address* sender = nullptr;
        uint64_t nonce = 0;
        /// Suspends until the transaction at an earlier position has committed; false: it never will. Null:
        /// estimates are read as they are.
        const std::function<bool(Position)>* wait_for = nullptr;
        /// Gets a record of each read, for the simulation; null: nobody wants to know.
        std::vector<TimedRead>* reads = nullptr;
    };
    void begin(const Reader& reader) {
        m_reader = reader;
        m_accounts.clear();
        m_wiped.clear();
        m_slots.clear();
        m_rows.clear();
        m_undecided = m_assumes = false;
    }

    void read_accounts(std::span<const Address> keys, std::span<Read<AccountRecord>> answers) const override;
    void read_slots(std::span<const SlotKey> keys, std::span<Read<U256>> answers) const override;
    void read_codes(std::span<const Hash> hashes, std::span<Read<BytesView>> answers) const override {
        m_versions.state().read_codes(hashes, answers);
    }
    [[nodiscard]] Read<Hash> read_block_hash(uint64_t number) const override;

    /// By row of the journal.
    [[nodiscard]] std::vector<AccountEntry*>& accounts() { return m_accounts; }
    /// In the order of reading, without those of new storage.
    [[nodiscard]] const std::vector<SlotEntry*>& slots() const { return m_slots; }
    [[nodiscard]] bool undecided() const { return m_undecided; }
    /// Something unknown was taken as absent.
    [[nodiscard]] bool assumes() const { return m_assumes; }

  private:
    Read<AccountRecord> read(const Address& address) const;
    /// What `at(estimate)` reads once it meets no estimate any more.
    template <class At>
    auto await_estimates(At at) const;
    void note_unknown() const {
        m_assumes = true;
        m_undecided |= !m_assume_absent;
    }

    Versions& m_versions;
    EntryArena& m_arena;
    bool m_state_clearing;
    bool m_assume_absent;
    Reader m_reader;
    mutable std::vector<AccountEntry*> m_accounts;
    mutable std::vector<Position> m_wiped;  ///< parallel to m_accounts
    mutable std::vector<SlotEntry*> m_slots;
    mutable RowIndex m_rows;  ///< of m_accounts
    mutable bool m_undecided = false, m_assumes = false;
};

/// What one thread needs to speculate within one block. Not thread-safe.
class Speculation {
  public:
    Speculation(Versions& versions, EntryArena& arena, CodeCache& codes, MachineBuffers& buffers,
                const BlockInput& block, const ExecutionOptions& options, Interpreter interpreter);

    /// Runs `tx` as of `reader.position`; every limit of the block counts as met.
    void run(const BlockTransaction& tx, const PositionView::Reader& reader, Incarnation& result);
    /// Asks the state in two batches for what `tx` names: sender, recipient and its access list.
    void prefetch(const BlockTransaction& tx);
    [[nodiscard]] EntryArena& arena() { return m_arena; }

  private:
    void take_records(Incarnation& result);

    Versions& m_versions;
    EntryArena& m_arena;
    PositionView m_view;
    Journal<true> m_journal;
    Logs m_logs;
    Machine<true> m_machine;
    BlockAllowance m_whole_block;
    std::vector<uint32_t> m_slot_index;  ///< journal's slot row to index in Incarnation::slots
};

}  // namespace warpevm
