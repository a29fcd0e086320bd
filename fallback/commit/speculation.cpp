// SPDX-License-Identifier: Apache-2.0
#include "fallback/commit/speculation.hpp"

#include <algorithm>

#include "evm/chain/block_frame.hpp"
#include "fallback/commit/plain_transfer.hpp"

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
    const Row row = m_versions.intern(address, m_stretches);
    AccountEntry& entry = m_versions.account(row);
    if (!m_versions.load(entry)) return {Knowledge::failed, {}};
    if (m_reader.reads != nullptr)
        m_reader.reads->push_back({std::chrono::steady_clock::now(), /*is_slot=*/false, row});
    AccountState state = await_estimates([&](Position& estimate) {
        return m_versions.at(entry, m_reader.position, m_state_clearing, estimate);
    });
    m_accounts.push_back(row);
    m_wiped.push_back(state.wiped);
    if (entry.before == Knowledge::unknown) note_unknown();
    // Sums of such balances might wrap at 2^256, where bounds mean nothing.
    m_undecided |= state.record.balance.limb[3] >> 63 != 0;
    if (m_reader.sender != nullptr && address == *m_reader.sender) state.record.nonce = m_reader.nonce;
    return {state.exists ? Knowledge::value : Knowledge::absent, state.record};
}

std::optional<Row> PositionView::ask(const Address& address) {
    const Row row = m_versions.intern(address, m_stretches);
    AccountEntry& entry = m_versions.account(row);
    if (!m_versions.load(entry)) return std::nullopt;
    m_accounts.push_back(row);
    m_wiped.push_back(0);
    if (entry.before == Knowledge::unknown) note_unknown();
    return row;
}

void PositionView::read_accounts(std::span<const Address> keys,
                                 std::span<Read<AccountRecord>> answers) const {
    for (size_t i = 0; i < keys.size(); ++i) answers[i] = read(keys[i]);
}

void PositionView::read_slots(std::span<const SlotKey> keys, std::span<Read<U256>> answers) const {
    const auto address_of = [this](size_t i) -> const Address& {
        return m_versions.account(m_accounts[i]).address;
    };
    for (size_t i = 0; i < keys.size(); ++i) {
        // The journal has asked for the account before.
        const size_t at = m_index.find(keys[i].address, m_accounts.size(), address_of);
        const Position wiped = m_wiped[at];
        const Row row = m_versions.intern(m_accounts[at], keys[i].slot, m_stretches);
        m_slots.push_back(row);
        if (m_reader.reads != nullptr)
            m_reader.reads->push_back({std::chrono::steady_clock::now(), /*is_slot=*/true, row});
        answers[i] = await_estimates([&](Position& estimate) {
            return m_versions.at(m_versions.slot(row), m_reader.position, wiped, estimate);
        });
        if (answers[i].knowledge != Knowledge::unknown) continue;
        note_unknown();
        answers[i] = {Knowledge::absent, {}};
    }
}

Read<Hash> PositionView::read_block_hash(uint64_t number) const {
    const Read<Hash> read = m_versions.block_hash(m_versions.state(), number);
    m_undecided |= read.knowledge == Knowledge::unknown && !m_assume_absent;
    return read;
}

Speculation::Speculation(const Shared& shared, EntryStretches& stretches, MachineBuffers& buffers)
    : m_shared(shared),
      m_stretches(stretches),
      m_buffers(buffers),
      m_view(shared.versions, stretches, shared.options.on_missing_state == OnMissingState::assume_absent),
      m_journal(m_view, shared.codes) {
    m_journal.missing().assume_absent = shared.options.on_missing_state == OnMissingState::assume_absent;
}

void Speculation::enter(const BlockInput& block) {
    m_block = &block;
    m_machine.emplace(m_journal, m_buffers, m_logs, block.rules, block.environment);
    m_machine->set_interpreter(m_shared.interpreter);
    m_machine->set_cancellation(m_shared.cancellation);
    m_journal.begin_block(block.rules.at_least(Fork::spurious_dragon));
}

void Speculation::run(const BlockInput& block, uint32_t index, const PositionView::Reader& reader,
                      Incarnation& result) {
    const BlockTransaction& tx = block.transactions[index];
    result.clear();
    result.use_own_columns();
    result.outcome.invalid = tx.invalid;
    if (tx.invalid.code != ErrorCode::none) return;
    prefetch(tx, block.rules.fork);
    m_view.begin(reader, block.rules.at_least(Fork::spurious_dragon));
    if (run_plain_transfer(tx, block, m_view, result)) return;
    if (m_block != &block) enter(block);
    m_view.begin(reader, block.rules.at_least(Fork::spurious_dragon));
    m_journal.reset();
    m_logs.clear();
    // The gas of earlier transactions is not known yet; what exceeds the whole block is rejected.
    result.outcome = execute_transaction(*m_machine, tx, allowance(block, {}));
    result.assumes = m_view.assumes();
    result.undecided = m_view.undecided() || m_journal.missing().error.has_value();
    // After a read that failed the view was not asked for each row.
    if (result.outcome.invalid.code == ErrorCode::none && !m_journal.missing().error) take_records(result);
    result.use_own_columns();
}

/// Asks the state in one batch for the accounts that `tx` names, and in another for the slots.
void Speculation::prefetch(const BlockTransaction& tx, Fork fork) {
    m_prefetched.clear();
    m_prefetched.push_back(m_shared.versions.intern(tx.sender, m_stretches));
    if (tx.tx->to) m_prefetched.push_back(m_shared.versions.intern(*tx.tx->to, m_stretches));
    // What is not paid for is not read.
    const bool lists = !tx.tx->access_list.empty() && tx.tx->gas_limit >= intrinsic_gas(*tx.tx, fork);
    if (lists)
        for (const AccessListEntry& listed : tx.tx->access_list)
            m_prefetched.push_back(m_shared.versions.intern(listed.address, m_stretches));
    m_shared.versions.load_accounts(m_prefetched);
    if (!lists) return;
    const size_t first_listed = m_prefetched.size() - tx.tx->access_list.size();
    std::vector<Row> slots;
    for (size_t i = 0; i < tx.tx->access_list.size(); ++i) {
        const Row account = m_prefetched[first_listed + i];
        AccountEntry& entry = m_shared.versions.account(account);
        // Storage that is new is not asked for.
        if (!entry.load.is_ready() || entry.before != Knowledge::value) continue;
        for (const Bytes32& key : tx.tx->access_list[i].storage_keys)
            slots.push_back(m_shared.versions.intern(account, to_u256(key), m_stretches));
    }
    m_shared.versions.load_slots(slots);
}

/// The journal's rows become the window's.
void Speculation::take_records(Incarnation& result) {
    m_journal.exchange_records(result.observations, result.effects);
    std::swap(result.accounts, m_view.accounts());
    std::swap(result.logs, m_logs);
    const std::vector<Row>& read = m_view.slots();
    size_t next_read = 0;
    m_slot_rows.resize(m_journal.slot_count());
    for (SlotObservation& o : result.observations.slots) {
        const SlotRow& slot = m_journal.slot_row(o.row);
        const SlotId id{result.accounts[slot.account], slot.key};
        // The view was asked for most of them, in this order.
        const bool was_read = next_read < read.size() && m_shared.versions.slot(read[next_read]).is(id);
        const Row row =
            was_read ? read[next_read++] : m_shared.versions.intern(id.account, id.key, m_stretches);
        m_slot_rows[o.row] = row;
        o.row = row;
        result.slots.push_back(row);
    }
    for (AccountObservation& o : result.observations.accounts) o.row = result.accounts[o.row];
    for (AccountEffect& e : result.effects.accounts) e.row = result.accounts[e.row];
    for (SlotEffect& e : result.effects.slots) e.row = m_slot_rows[e.row];
}

}  // namespace warpevm
