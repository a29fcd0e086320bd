// SPDX-License-Identifier: Apache-2.0
#include "fallback/commit/speculation.hpp"

#include <algorithm>

#include "evm/chain/block_frame.hpp"

namespace warpevm {

template <class At>
auto PositionView::await_estimates(At at) const {
    for (;;) {
        Position estimate = 0;
        auto value = at(estimate);
        const bool waits = estimate != 0 && m_reader.wait_for != nullptr;
        if (!waits || !(*m_reader.wait_for)(estimate)) return value;
    }
}

Read<AccountRecord> PositionView::read(const Address& address) const {
    AccountEntry* entry = m_versions.account(address, m_arena);
    if (entry == nullptr) return {Knowledge::failed, {}};
    if (m_reader.reads != nullptr)
        m_reader.reads->push_back({std::chrono::steady_clock::now(), entry, nullptr});
    AccountState state = await_estimates([&](Position& estimate) {
        return m_versions.at(*entry, m_reader.position, m_state_clearing, estimate);
    });
    m_accounts.push_back(entry);
    m_wiped.push_back(state.wiped);
    if (entry->before == Knowledge::unknown) note_unknown();
    // Sums of such balances might wrap at 2^256, where bounds mean nothing.
    m_undecided |= state.record.balance.limb[3] >> 63 != 0;
    if (m_reader.sender != nullptr && address == *m_reader.sender) state.record.nonce = m_reader.nonce;
    return {state.exists ? Knowledge::value : Knowledge::absent, state.record};
}

void PositionView::read_accounts(std::span<const Address> keys,
                                 std::span<Read<AccountRecord>> answers) const {
    for (size_t i = 0; i < keys.size(); ++i) answers[i] = read(keys[i]);
}

void PositionView::read_slots(std::span<const SlotKey> keys, std::span<Read<U256>> answers) const {
    for (size_t i = 0; i < keys.size(); ++i) {
        // The journal has asked for the account before.
        const size_t row = m_rows.find(keys[i].address, m_accounts.size(),
                                       [&](size_t r) -> const Address& { return m_accounts[r]->address; });
        AccountEntry* account = m_accounts[row];
        const Position wiped = m_wiped[row];
        SlotEntry* entry = m_versions.slot(account, keys[i].slot, m_arena);
        m_slots.push_back(entry);
        if (m_reader.reads != nullptr)
            m_reader.reads->push_back({std::chrono::steady_clock::now(), account, entry});
        answers[i] = await_estimates(
            [&](Position& estimate) { return m_versions.at(*entry, m_reader.position, wiped, estimate); });
        if (answers[i].knowledge != Knowledge::unknown) continue;
        note_unknown();
        answers[i] = {Knowledge::absent, {}};
    }
}

Read<Hash> PositionView::read_block_hash(uint64_t number) const {
    const Read<Hash> read = m_versions.state().read_block_hash(number);
    m_undecided |= read.knowledge == Knowledge::unknown && !m_assume_absent;
    return read;
}

Speculation::Speculation(Versions& versions, EntryArena& arena, CodeCache& codes, MachineBuffers& buffers,
                         const BlockInput& block, const ExecutionOptions& options, Interpreter interpreter)
    : m_versions(versions),
      m_arena(arena),
      m_view(versions, arena, block.rules.at_least(Fork::spurious_dragon),
             options.on_missing_state == OnMissingState::assume_absent),
      m_journal(m_view, codes),
      m_machine(m_journal, buffers, m_logs, block.rules, block.environment),
      m_whole_block(allowance(block, {})) {
    m_machine.set_interpreter(interpreter);
    m_journal.missing().assume_absent = options.on_missing_state == OnMissingState::assume_absent;
    m_journal.begin_block(block.rules.at_least(Fork::spurious_dragon));
}

void Speculation::run(const BlockTransaction& tx, const PositionView::Reader& reader, Incarnation& result) {
    result.clear();
    m_journal.reset();
    m_logs.clear();
    m_view.begin(reader);
    // The gas of earlier transactions is not known yet; what exceeds the whole block is rejected.
    result.outcome = execute_transaction(m_machine, tx, m_whole_block);
    result.assumes = m_view.assumes();
    result.undecided = m_view.undecided() || m_journal.missing().error.has_value();
    // After a read that failed the view was not asked for each row.
    if (result.outcome.invalid.code == ErrorCode::none && !m_journal.missing().error) take_records(result);
}

void Speculation::prefetch(const BlockTransaction& tx) {
    std::vector<AccountEntry*> accounts{m_versions.find_account(tx.sender, m_arena)};
    if (tx.tx->to) accounts.push_back(m_versions.find_account(*tx.tx->to, m_arena));
    for (const AccessListEntry& listed : tx.tx->access_list)
        accounts.push_back(m_versions.find_account(listed.address, m_arena));
    m_versions.load_together(accounts);
    std::vector<SlotEntry*> slots;
    for (const AccessListEntry& listed : tx.tx->access_list) {
        AccountEntry* account = m_versions.account(listed.address, m_arena);
        if (account == nullptr || account->before != Knowledge::value) continue;  // its storage is new
        for (const Bytes32& key : listed.storage_keys)
            slots.push_back(m_versions.slot(account, to_u256(key), m_arena));
    }
    m_versions.load_together(slots);
}

/// Rows of the journal become indices into the entries.
void Speculation::take_records(Incarnation& result) {
    m_journal.exchange_records(result.observations, result.effects);
    std::swap(result.accounts, m_view.accounts());
    std::swap(result.logs, m_logs);
    const std::vector<SlotEntry*>& read = m_view.slots();
    size_t next_read = 0;
    m_slot_index.resize(m_journal.slot_count());
    for (SlotObservation& o : result.observations.slots) {
        const SlotRow& slot = m_journal.slot_row(o.row);
        AccountEntry* account = result.accounts[slot.account];
        const bool was_read = next_read < read.size() && read[next_read]->account == account &&
                              read[next_read]->key == slot.key;
        SlotEntry* entry = was_read ? read[next_read++] : m_versions.slot(account, slot.key, m_arena);
        m_slot_index[o.row] = static_cast<uint32_t>(result.slots.size());
        o.row = m_slot_index[o.row];
        result.slots.push_back(entry);
    }
    for (SlotEffect& e : result.effects.slots) e.row = m_slot_index[e.row];
}

}  // namespace warpevm
