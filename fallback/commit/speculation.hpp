// SPDX-License-Identifier: Apache-2.0
// Executes one transaction speculatively on the multi-version state as of its position, and records its
// observations and effects.
#pragma once

#include <chrono>
#include <functional>
#include <optional>

#include "evm/chain/executor.hpp"
#include "evm/chain/transaction_execution.hpp"
#include "evm/vm/buffers.hpp"
#include "fallback/table/incarnation.hpp"
#include "fallback/table/row_index.hpp"

namespace warpevm {

/// When a running transaction asked for an account or a slot first.
struct TimedRead {
    std::chrono::steady_clock::time_point at;
    bool is_slot = false;
    Row row = 0;
};

/// The state view of one running transaction. Lists the rows that were read, in order.
class PositionView final : public StateView {
  public:
    PositionView(Versions& versions, EntryStretches& stretches, bool assume_absent)
        : m_versions(versions), m_stretches(stretches), m_assume_absent(assume_absent) {}

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
    void begin(const Reader& reader, bool state_clearing) {
        m_reader = reader;
        m_state_clearing = state_clearing;
        m_accounts.clear();
        m_wiped.clear();
        m_slots.clear();
        m_index.clear();
        m_undecided = m_assumes = false;
    }

    void read_accounts(std::span<const Address> keys, std::span<Read<AccountRecord>> answers) const override;
    void read_slots(std::span<const SlotKey> keys, std::span<Read<U256>> answers) const override;
    void read_codes(std::span<const Hash> hashes, std::span<Read<BytesView>> answers) const override {
        m_versions.state().read_codes(hashes, answers);
    }
    [[nodiscard]] Read<Hash> read_block_hash(uint64_t number) const override;

    /// The row of an account whose state does not matter; nothing where it can't be read.
    std::optional<Row> ask(const Address& address);

    /// The window's rows of the journal's.
    [[nodiscard]] std::vector<Row>& accounts() { return m_accounts; }
    /// In the order of reading, without those of new storage.
    [[nodiscard]] const std::vector<Row>& slots() const { return m_slots; }
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
    EntryStretches& m_stretches;
    bool m_state_clearing = true;
    bool m_assume_absent;
    Reader m_reader;
    mutable std::vector<Row> m_accounts;
    mutable std::vector<Position> m_wiped;  ///< parallel to m_accounts
    mutable std::vector<Row> m_slots;
    mutable RowIndex m_index;  ///< of m_accounts
    mutable bool m_undecided = false, m_assumes = false;
};

/// What one thread needs to speculate within one window. Not thread-safe.
class Speculation {
  public:
    struct Shared {
        Versions& versions;
        CodeCache& codes;
        const ExecutionOptions& options;
        Interpreter interpreter;
        const Cancellation& cancellation;
    };
    Speculation(const Shared& shared, EntryStretches& stretches, MachineBuffers& buffers);

    /// Runs the transaction `index` of `block` as of `reader.position`; every limit of the block counts as
    /// met.
    void run(const BlockInput& block, uint32_t index, const PositionView::Reader& reader,
             Incarnation& result);

  private:
    void enter(const BlockInput& block);
    void prefetch(const BlockTransaction& tx, Fork fork);
    void take_records(Incarnation& result);

    Shared m_shared;
    EntryStretches& m_stretches;
    MachineBuffers& m_buffers;
    PositionView m_view;
    Journal<true> m_journal;
    Logs m_logs;
    const BlockInput* m_block = nullptr;  ///< the machine's
    std::optional<Machine<true>> m_machine;
    std::vector<Row> m_prefetched;
    std::vector<Row> m_slot_rows;  ///< the window's, by the journal's
};

}  // namespace warpevm
