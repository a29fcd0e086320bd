// SPDX-License-Identifier: Apache-2.0
// Results as a device would hand them in: computed by the CPU's journal on a table of its own, with each
// transaction's keys by value, once. For tests, and for measuring what merging costs.
#pragma once

#include "evm/chain/context.hpp"
#include "fallback/commit/speculation.hpp"

namespace warpevm::tools {

class Loopback {
  public:
    Loopback(const StateView& state, CodeCache& codes, const ExecutionOptions& options)
        : m_lease(codes.lease()),
          m_speculation({m_versions, codes, options, Interpreter::plain, never_cancelled}, m_stretches,
                        m_buffers) {
        m_versions.reset(state, 64, 64);
    }

    /// Appends the transaction `index` of `block`, as executed on the pre-state. False, and an empty result,
    /// where that gives none.
    bool execute(const BlockInput& block, uint32_t index, TransactionResults& results) {
        const BlockTransaction& tx = block.transactions[index];
        ++m_executed;
        transaction_record record{};
        Incarnation t;
        PositionView::Reader reader{.position = 1};
        if (tx.tx != nullptr) reader.sender = &tx.sender, reader.nonce = tx.tx->nonce;
        m_speculation.run(block, index, reader, t);
        const bool good = !t.undecided && t.outcome.invalid.code == ErrorCode::none;
        if (good) {
            record.gas_used = t.outcome.gas_used;
            record.flags = t.outcome.success ? RECORD_SUCCESS : 0;
            record.account_observations = add(results.account_observations, t.observations.accounts);
            record.slot_observations = add(results.slot_observations, t.observations.slots);
            record.account_effects = add(results.account_effects, t.effects.accounts);
            record.slot_effects = add(results.slot_effects, t.effects.slots);
            by_key(results, results.account_observations, record.account_observations, false);
            by_key(results, results.slot_observations, record.slot_observations, true);
            by_key(results, results.account_effects, record.account_effects, false);
            by_key(results, results.slot_effects, record.slot_effects, true);
            record.accounts_read = {static_cast<uint32_t>(results.accounts_read.size()),
                                    static_cast<uint32_t>(t.accounts.size())};
            for (const Row row : t.accounts) results.accounts_read.push_back(account_key(results, row));
            record.slots_read = {static_cast<uint32_t>(results.slots_read.size()),
                                 static_cast<uint32_t>(t.slots.size())};
            for (const Row row : t.slots) results.slots_read.push_back(slot_key(results, row));
            record.logs = {static_cast<uint32_t>(results.logs.size()), static_cast<uint32_t>(t.logs.size())};
            for (size_t i = 0; i < t.logs.size(); ++i)
                results.logs.add(t.logs[i].address, t.logs.topics(t.logs[i]), t.logs.data(t.logs[i]));
        }
        results.transactions.push_back(record);
        return good;
    }

  private:
    template <class Record>
    static record_range add(std::vector<Record>& column, const std::vector<Record>& records) {
        const auto first = static_cast<uint32_t>(column.size());
        column.insert(column.end(), records.begin(), records.end());
        return {first, static_cast<uint32_t>(records.size())};
    }
    /// The keys of one transaction that were listed, by row.
    struct Listed {
        uint32_t executed = 0;
        Row key = 0;
    };
    template <class Keys, class KeyOf>
    Row key_of(std::vector<Listed>& listed, Keys& keys, Row row, const KeyOf& key) {
        if (row >= listed.size()) listed.resize(2 * row + 64);
        if (listed[row].executed != m_executed) {
            keys.push_back(key());
            listed[row] = {m_executed, static_cast<Row>(keys.size() - 1) | ROW_IS_NEW_KEY};
        }
        return listed[row].key;
    }
    Row account_key(TransactionResults& results, Row row) {
        return key_of(m_accounts, results.accounts, row, [&] { return m_versions.account(row).address; });
    }
    Row slot_key(TransactionResults& results, Row row) {
        return key_of(m_slots, results.slots, row, [&] { return m_versions.key_of(m_versions.slot(row)); });
    }
    template <class Record>
    void by_key(TransactionResults& results, std::vector<Record>& column, const record_range& range,
                bool slots) {
        for (uint32_t i = range.first; i < range.first + range.count; ++i)
            column[i].row = slots ? slot_key(results, column[i].row) : account_key(results, column[i].row);
    }

    CodeCache::Lease m_lease;
    Versions m_versions;
    EntryStretches m_stretches;
    MachineBuffers m_buffers;
    Speculation m_speculation;
    uint32_t m_executed = 0;
    std::vector<Listed> m_accounts, m_slots;
};

}  // namespace warpevm::tools
