// SPDX-License-Identifier: Apache-2.0
// Handed-in results become incarnations, unless something about them is visibly wrong. They are validated at
// commit like any other.
#include <algorithm>

#include "evm/chain/envelope.hpp"
#include "fallback/commit/parallel_block.hpp"

namespace warpevm {
namespace {

template <class Records>
bool in_range(const Records& records, size_t size) {
    return std::all_of(records.begin(), records.end(), [&](const auto& r) { return r.row < size; });
}

/// What can be checked of a result without running the transaction.
bool plausible(const TransactionResult& r, const BlockTransaction& tx, const BlockInput& block,
               const CodeCache& codes) {
    const size_t accounts = r.accounts.size(), slots = r.slots.size();
    const TransactionOutcome& o = r.outcome;
    const SeededSet<Address> listed(r.accounts.begin(), r.accounts.end());
    const auto known = [&](const SlotKey& key) { return listed.contains(key.address); };
    const auto has_code = [&](const AccountEffect& e) { return !e.code_hash || codes.find(*e.code_hash); };
    return tx.invalid.code == ErrorCode::none && o.invalid.code == ErrorCode::none &&
           in_range(r.observations.accounts, accounts) && in_range(r.observations.slots, slots) &&
           in_range(r.effects.accounts, accounts) && in_range(r.effects.slots, slots) &&
           std::all_of(r.slots.begin(), r.slots.end(), known) &&
           std::all_of(r.effects.accounts.begin(), r.effects.accounts.end(), has_code) &&
           o.gas_used <= tx.tx->gas_limit && o.log_count == r.logs.size() &&
           o.effective_gas_price == effective_gas_price(*tx.tx, block.environment.base_fee) &&
           o.created.has_value() == tx.tx->is_create() &&
           (!o.created || *o.created == create_address(tx.sender, tx.tx->nonce));
}

}  // namespace

void ParallelBlock::adopt_handed_in() {
    Versions& versions = m_window.parts.table;
    EntryArena& arena = m_window.arena;
    const bool may_assume = m_window.options.on_missing_state == OnMissingState::assume_absent;
    for (uint32_t i = m_next; i < std::min<size_t>(m_count, m_handed_in.size()); ++i) {
        const TransactionResult* r = m_handed_in[i];
        if (r == nullptr) continue;
        if (!plausible(*r, m_block.transactions[i], m_block, m_window.parts.serial->codes())) {
            ++m_counters.handed_in_stale;
            continue;
        }
        Incarnation* t = m_window.parts.incarnations.borrow();
        t->clear();
        t->observations = r->observations;
        t->effects = r->effects;
        t->outcome = r->outcome;
        t->logs = r->logs;
        bool failed = false;
        for (const Address& address : r->accounts) {
            t->accounts.push_back(versions.find_account(address, arena));
            failed |= !versions.load(*t->accounts.back());
            t->assumes |= t->accounts.back()->before == Knowledge::unknown;
        }
        for (const SlotKey& key : r->slots) {
            AccountEntry* account = versions.find_account(key.address, arena);
            t->slots.push_back(versions.slot(account, key.slot, arena));
            if (!versions.load(*account) || account->before != Knowledge::value) continue;
            failed |= !versions.load(*t->slots.back());
            t->assumes |= t->slots.back()->before == Knowledge::unknown;
        }
        t->undecided = failed || (t->assumes && !may_assume);
        publish(*t, position(i));
        m_slots[i].incarnation = t;
        m_slots[i].handed_in = true;
        m_slots[i].stage.store(Stage::done, std::memory_order_release);
    }
}

}  // namespace warpevm
