// SPDX-License-Identifier: Apache-2.0
#include "fallback/commit/receiving.hpp"

#include <atomic>
#include <mutex>

#include "evm/chain/envelope.hpp"
#include "evm/crypto/keccak.hpp"

namespace warpevm {
namespace {

constexpr size_t in_piece = 256;

/// Calls work(begin, end) for stretches of `count`.
void in_stretches(size_t count, const ForEach& for_each, const std::function<void(size_t, size_t)>& work) {
    const size_t pieces = count / in_piece + 1;
    for_each(pieces,
             [&](size_t i) { work(piece_begin(count, pieces, i), piece_begin(count, pieces, i + 1)); });
}

template <class T>
std::optional<std::span<const T>> part(const std::vector<T>& column, const record_range& range) {
    if (range.first > column.size() || range.count > column.size() - range.first) return std::nullopt;
    return std::span<const T>(column).subspan(range.first, range.count);
}

Row& row_of(Row& row) {
    return row;
}
template <class Record>
Row& row_of(Record& record) {
    return record.row;
}

/// The window's rows of the keys of some results.
class KeyRows {
  public:
    KeyRows(const TransactionResults& results, ParallelContext::Parts& parts, const ForEach& for_each)
        : m_results(results),
          m_parts(parts),
          m_accounts(results.accounts.size()),
          m_slots(results.slots.size()) {
        in_stretches(m_accounts.size(), for_each,
                     [this](size_t begin, size_t end) { enter_accounts(begin, end); });
        in_stretches(m_slots.size(), for_each, [this](size_t begin, size_t end) { enter_slots(begin, end); });
    }

    /// The state has read and knows all of them.
    [[nodiscard]] bool all_known() const { return m_all_known; }

    /// Rows stand for keys by value; from here on they are the window's. False where one stands for none.
    bool resolve(TransactionResults& r, const ForEach& for_each) const {
        std::atomic<bool> good{true};
        const auto column = [&](auto& records, const std::vector<Row>& rows) {
            in_stretches(records.size(), for_each, [&](size_t begin, size_t end) {
                for (size_t i = begin; i < end; ++i) {
                    Row& row = row_of(records[i]);
                    const Row key = row ^ Row { ROW_IS_NEW_KEY };
                    if (key >= rows.size()) return good.store(false, std::memory_order_relaxed);
                    row = rows[key];
                }
            });
        };
        column(r.account_observations, m_accounts);
        column(r.account_effects, m_accounts);
        column(r.accounts_read, m_accounts);
        column(r.slot_observations, m_slots);
        column(r.slot_effects, m_slots);
        column(r.slots_read, m_slots);
        return good;
    }

  private:
    void enter_accounts(size_t begin, size_t end) {
        enter(m_results.accounts, m_accounts, begin, end);
        for (size_t i = begin; i < end; ++i) note(m_parts.table.account(m_accounts[i]));
    }
    /// Storage that is new is not asked for.
    void enter_slots(size_t begin, size_t end) {
        enter(m_results.slots, m_slots, begin, end);
        for (size_t i = begin; i < end; ++i) {
            const SlotEntry& slot = m_parts.table.slot(m_slots[i]);
            const AccountEntry& account = m_parts.table.account_of(slot);
            note(account);
            // Another thread may still be loading it: then the slot's results are looked at one by one.
            if (account.load.is_ready() && account.before == Knowledge::value) note(slot);
        }
    }
    template <class Keys>
    void enter(const Keys& keys, std::vector<Row>& rows, size_t begin, size_t end) {
        EntryStretches* stretches = m_parts.stretches.borrow();
        m_parts.table.enter(std::span(keys).subspan(begin, end - begin), *stretches,
                            std::span(rows).subspan(begin, end - begin));
        m_parts.stretches.give_back(stretches);
    }
    template <class Entry>
    void note(const Entry& entry) {
        if (!entry.load.is_ready() || entry.before == Knowledge::unknown)
            m_all_known.store(false, std::memory_order_relaxed);
    }

    const TransactionResults& m_results;
    ParallelContext::Parts& m_parts;
    std::vector<Row> m_accounts, m_slots;
    std::atomic<bool> m_all_known{true};
};

}  // namespace

void Receiving::add(std::vector<Index> indices, TransactionResults results) {
    Handed handed{std::move(indices), std::make_shared<TransactionResults>(std::move(results))};
    const std::lock_guard held(m_lock);
    m_handed.push_back(std::move(handed));
    m_unfinished.fetch_add(1, std::memory_order_relaxed);
    m_waiting.store(m_handed.size(), std::memory_order_release);
}

bool Receiving::some(const Target& target, const ForEach& for_each) {
    if (m_waiting.load(std::memory_order_acquire) == 0) return false;
    Handed handed;
    {
        const std::lock_guard held(m_lock);
        if (m_handed.empty()) return false;
        handed = std::move(m_handed.front());
        m_handed.pop_front();
        m_waiting.store(m_handed.size(), std::memory_order_release);
    }
    struct Finish {
        std::atomic<size_t>& unfinished;
        ~Finish() { unfinished.fetch_sub(1, std::memory_order_release); }
    } const finish{m_unfinished};
    TransactionResults& r = *handed.results;
    for (const Bytes& code : r.codes) m_parts.serial->codes().add(keccak256(code), code);
    const KeyRows rows(r, m_parts, for_each);
    const bool good = r.transactions.size() == handed.indices.size() && rows.resolve(r, for_each);
    in_stretches(handed.indices.size(), for_each, [&](size_t begin, size_t end) {
        for (size_t i = begin; i < end; ++i) {
            const Index index = handed.indices[i];
            if (!index) continue;
            Incarnation* t = m_parts.incarnations.borrow();
            if (good && fill(handed, i, *t)) {
                if (!rows.all_known()) look_at_pre_state(*t);
                target.arrived(*index, t);
                continue;
            }
            m_parts.give_back(t);
            target.is_wrong(*index);
        }
    });
    return true;
}

/// False where something that can be checked without running the transaction is wrong.
bool Receiving::fill(const Handed& handed, size_t i, Incarnation& t) const {
    const TransactionResults& r = *handed.results;
    const transaction_record& record = r.transactions[i];
    const BlockTransaction& tx = m_order[*handed.indices[i]];
    const auto account_observations = part(r.account_observations, record.account_observations);
    const auto slot_observations = part(r.slot_observations, record.slot_observations);
    const auto account_effects = part(r.account_effects, record.account_effects);
    const auto slot_effects = part(r.slot_effects, record.slot_effects);
    const auto accounts = part(r.accounts_read, record.accounts_read);
    const auto slots = part(r.slots_read, record.slots_read);
    const bool in_range = account_observations && slot_observations && account_effects && slot_effects &&
                          accounts && slots && record.logs.first <= r.logs.size() &&
                          record.logs.count <= r.logs.size() - record.logs.first;
    if (!in_range || tx.invalid.code != ErrorCode::none || record.gas_used > tx.tx->gas_limit) return false;
    for (const AccountEffect& e : *account_effects)
        if (has(e, WROTE_CODE) && e.code_hash != empty_code_hash &&
            m_parts.serial->codes().find(e.code_hash) == nullptr)
            return false;
    t.clear();
    t.elsewhere = handed.results;
    t.records = {*account_observations,
                 *slot_observations,
                 *account_effects,
                 *slot_effects,
                 *accounts,
                 *slots,
                 &r.logs};
    t.outcome.success = has(record, RECORD_SUCCESS);
    t.outcome.gas_used = record.gas_used;
    const BlockInput& block = m_order.block_with(*handed.indices[i]);
    t.outcome.effective_gas_price = effective_gas_price(*tx.tx, block.environment.base_fee);
    if (tx.tx->is_create()) t.outcome.created = create_address(tx.sender, tx.tx->nonce);
    t.outcome.first_log = record.logs.first;
    t.outcome.log_count = record.logs.count;
    return true;
}

void Receiving::look_at_pre_state(Incarnation& t) const {
    const Versions& table = m_parts.table;
    const auto look = [&](const auto& entry) {
        if (!entry.load.is_ready()) t.undecided = true;
        if (entry.load.is_ready() && entry.before == Knowledge::unknown) t.assumes = true;
    };
    for (const AccountObservation& o : t.records.account_observations) look(table.account(o.row));
    for (const AccountEffect& e : t.records.account_effects) look(table.account(e.row));
    for (const Row row : t.records.accounts_read) look(table.account(row));
    for (const SlotObservation& o : t.records.slot_observations) {
        const SlotEntry& slot = table.slot(o.row);
        const AccountEntry& account = table.account_of(slot);
        if (!account.load.is_ready())
            t.undecided = true;
        else if (account.before == Knowledge::value)
            look(slot);
    }
    t.undecided |= t.assumes && !m_may_assume;
}

}  // namespace warpevm
