// SPDX-License-Identifier: Apache-2.0
// Results from elsewhere become incarnations where they lie, unless something about them is visibly wrong.
// They are validated at commit like any other.
#include "fallback/loans.hpp"

#include <algorithm>
#include <deque>
#include <mutex>

#include "evm/chain/envelope.hpp"
#include "evm/crypto/keccak.hpp"
#include "fallback/commit/window_execution.hpp"

namespace warpevm {
namespace {

template <class T>
std::optional<std::span<const T>> part(const std::vector<T>& column, const record_range& range) {
    if (range.first > column.size() || range.count > column.size() - range.first) return std::nullopt;
    return std::span<const T>(column).subspan(range.first, range.count);
}

/// Rows stand for keys by value; from here on they are the window's. False where one stands for none.
template <class Records>
bool resolve(Records& records, const std::vector<Row>& rows) {
    for (auto& record : records) {
        const Row key = record.row ^ Row { ROW_IS_NEW_KEY };
        if (key >= rows.size()) return false;
        record.row = rows[key];
    }
    return true;
}
bool resolve(std::vector<Row>& keys, const std::vector<Row>& rows) {
    for (Row& row : keys) {
        const Row key = row ^ Row { ROW_IS_NEW_KEY };
        if (key >= rows.size()) return false;
        row = rows[key];
    }
    return true;
}

/// Gives the keys rows and loads what the state has of them. False where the results are no results.
bool enter(TransactionResults& r, ParallelContext::Parts& parts, EntryStretches& stretches) {
    Versions& table = parts.table;
    std::vector<Row> accounts, slots;
    for (const Address& address : r.accounts) accounts.push_back(table.intern(address, stretches));
    for (const SlotKey& key : r.slots)
        slots.push_back(table.intern(table.intern(key.address, stretches), key.slot, stretches));
    table.load_accounts(accounts);
    std::vector<Row> stored;
    for (const Row row : slots)
        if (table.account_of(table.slot(row)).before == Knowledge::value) stored.push_back(row);
    table.load_slots(stored);
    for (const Bytes& code : r.codes) parts.serial->codes().add(keccak256(code), code);
    return resolve(r.account_observations, accounts) && resolve(r.slot_observations, slots) &&
           resolve(r.account_effects, accounts) && resolve(r.slot_effects, slots) &&
           resolve(r.accounts_read, accounts) && resolve(r.slots_read, slots);
}

class HandedIn {
  public:
    HandedIn(WindowExecution& window, std::shared_ptr<const TransactionResults> results)
        : m_window(window), m_parts(window.parts()), m_results(std::move(results)) {}

    /// Fills `t` with the result `i`. False where something that can be checked without running the
    /// transaction is wrong.
    bool fill(size_t i, const BlockTransaction& tx, const BlockInput& block, Incarnation& t) const {
        const TransactionResults& r = *m_results;
        const transaction_record& record = r.transactions[i];
        const auto account_observations = part(r.account_observations, record.account_observations);
        const auto slot_observations = part(r.slot_observations, record.slot_observations);
        const auto account_effects = part(r.account_effects, record.account_effects);
        const auto slot_effects = part(r.slot_effects, record.slot_effects);
        const auto accounts = part(r.accounts_read, record.accounts_read);
        const auto slots = part(r.slots_read, record.slots_read);
        const bool in_range = account_observations && slot_observations && account_effects && slot_effects &&
                              accounts && slots && record.logs.first <= r.logs.size() &&
                              record.logs.count <= r.logs.size() - record.logs.first;
        if (!in_range || tx.invalid.code != ErrorCode::none || record.gas_used > tx.tx->gas_limit)
            return false;
        for (const AccountEffect& e : *account_effects)
            if (has(e, WROTE_CODE) && e.code_hash != empty_code_hash &&
                m_parts.serial->codes().find(e.code_hash) == nullptr)
                return false;
        t.clear();
        t.elsewhere = m_results;
        t.records = {*account_observations,
                     *slot_observations,
                     *account_effects,
                     *slot_effects,
                     *accounts,
                     *slots,
                     &r.logs};
        t.outcome.success = has(record, RECORD_SUCCESS);
        t.outcome.gas_used = record.gas_used;
        t.outcome.effective_gas_price = effective_gas_price(*tx.tx, block.environment.base_fee);
        if (tx.tx->is_create()) t.outcome.created = create_address(tx.sender, tx.tx->nonce);
        t.outcome.first_log = record.logs.first;
        t.outcome.log_count = record.logs.count;
        look_at_pre_state(t);
        return true;
    }

  private:
    void look_at_pre_state(Incarnation& t) const {
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
            if (table.account_of(slot).before == Knowledge::value) look(slot);
        }
        t.undecided |= t.assumes && !m_window.may_assume();
    }

    WindowExecution& m_window;
    ParallelContext::Parts& m_parts;
    std::shared_ptr<const TransactionResults> m_results;
};

}  // namespace

/// Each read holds the window for as long as it takes.
class LoanedState final : public StateView {
  public:
    LoanedState(std::shared_ptr<Loans> loans, Position position, bool state_clearing)
        : m_loans(std::move(loans)), m_position(position), m_state_clearing(state_clearing) {}

    void read_accounts(std::span<const Address> keys, std::span<Read<AccountRecord>> answers) const override {
        use(answers, [&](Versions& table, EntryStretches& stretches) {
            for (size_t i = 0; i < keys.size(); ++i) {
                AccountEntry& entry = table.account(table.intern(keys[i], stretches));
                AccountState state;
                answers[i].knowledge = account(table, entry, state);
                answers[i].value = state.record;
            }
        });
    }
    void read_slots(std::span<const SlotKey> keys, std::span<Read<U256>> answers) const override {
        use(answers, [&](Versions& table, EntryStretches& stretches) {
            for (size_t i = 0; i < keys.size(); ++i) {
                const Row row = table.intern(keys[i].address, stretches);
                AccountState state;
                if (account(table, table.account(row), state) == Knowledge::failed) {
                    answers[i] = {Knowledge::failed, {}};
                    continue;
                }
                Position estimate = 0;
                answers[i] = table.at(table.slot(table.intern(row, keys[i].slot, stretches)), m_position,
                                      state.wiped, estimate);
            }
        });
    }
    void read_codes(std::span<const Hash> hashes, std::span<Read<BytesView>> answers) const override {
        const std::shared_lock used(m_loans->m_lock);
        for (size_t i = 0; i < hashes.size(); ++i) {
            answers[i] = {Knowledge::failed, {}};
            if (m_loans->m_window == nullptr) continue;
            const ParallelContext::Parts& parts = m_loans->m_window->parts();
            if (const Code* code = parts.serial->codes().find(hashes[i]))
                answers[i] = {Knowledge::value, code->bytes()};
            else
                answers[i] = parts.table.state().read_code(hashes[i]);
            if (answers[i].knowledge != Knowledge::value) continue;
            const std::lock_guard held(m_codes_lock);
            answers[i].value = m_codes.emplace_back(answers[i].value.begin(), answers[i].value.end());
        }
    }
    [[nodiscard]] Read<Hash> read_block_hash(uint64_t number) const override {
        const std::shared_lock used(m_loans->m_lock);
        if (m_loans->m_window == nullptr) return {Knowledge::failed, {}};
        return m_loans->m_window->parts().table.state().read_block_hash(number);
    }

  private:
    template <class Answers, class Action>
    void use(Answers& answers, const Action& action) const {
        const std::shared_lock used(m_loans->m_lock);
        if (m_loans->m_window == nullptr) {
            for (auto& answer : answers) answer = {Knowledge::failed, {}};
            return;
        }
        ParallelContext::Parts& parts = m_loans->m_window->parts();
        EntryStretches* stretches = parts.stretches.borrow();
        action(parts.table, *stretches);
        parts.stretches.give_back(stretches);
    }
    Knowledge account(Versions& table, AccountEntry& entry, AccountState& state) const {
        if (!table.load(entry)) return Knowledge::failed;
        Position estimate = 0;
        state = table.at(entry, m_position, m_state_clearing, estimate);
        if (state.exists) return Knowledge::value;
        return entry.before == Knowledge::unknown ? Knowledge::unknown : Knowledge::absent;
    }

    std::shared_ptr<Loans> m_loans;
    Position m_position;
    bool m_state_clearing;
    mutable std::mutex m_codes_lock;
    mutable std::deque<Bytes> m_codes;
};

std::unique_ptr<StateView> Loans::state_at(uint32_t index) {
    const std::shared_lock used(m_lock);
    if (m_window == nullptr || index >= m_window->order().count())
        return std::make_unique<LoanedState>(shared_from_this(), 0, true);
    const WindowOrder& order = m_window->order();
    return std::make_unique<LoanedState>(shared_from_this(), order.position_of(index),
                                         order.block_with(index).rules.at_least(Fork::spurious_dragon));
}

std::optional<Claims::Loan> Loans::borrow(uint32_t index) {
    const std::shared_lock used(m_lock);
    if (m_window == nullptr || index >= m_window->order().count()) return std::nullopt;
    return m_window->progress().claims().lend(index);
}

std::vector<Claims::Loan> Loans::borrow_last(uint32_t most, uint32_t end) {
    const std::shared_lock used(m_lock);
    std::vector<Claims::Loan> loans;
    if (m_window == nullptr) return loans;
    const uint32_t next = m_window->progress().next();
    for (uint32_t i = std::min(end, m_window->order().count()); i > next && loans.size() < most; --i)
        if (const auto loan = m_window->progress().claims().lend(i - 1)) loans.push_back(*loan);
    std::reverse(loans.begin(), loans.end());
    return loans;
}

size_t Loans::hand_in(std::span<const Claims::Loan> loans, TransactionResults results) {
    const std::shared_lock used(m_lock);
    if (m_window == nullptr) return 0;
    ParallelContext::Parts& parts = m_window->parts();
    const auto shared = std::make_shared<TransactionResults>(std::move(results));
    EntryStretches* stretches = parts.stretches.borrow();
    const bool entered = shared->transactions.size() == loans.size() && enter(*shared, parts, *stretches);
    parts.stretches.give_back(stretches);
    const HandedIn handed_in(*m_window, shared);
    size_t taken = 0;
    for (size_t i = 0; i < loans.size(); ++i) {
        const uint32_t index = loans[i].index;
        Incarnation* t = parts.incarnations.borrow();
        const WindowOrder& order = m_window->order();
        const bool good =
            entered && index < order.count() && handed_in.fill(i, order[index], order.block_with(index), *t);
        if (good && m_window->hand_in(loans[i], t)) {
            ++taken;
            continue;
        }
        parts.give_back(t);
        if (!good) m_window->give_back(loans[i], "visibly_wrong");
    }
    return taken;
}

void Loans::give_back(std::span<const Claims::Loan> loans, std::string_view why) {
    const std::shared_lock used(m_lock);
    if (m_window == nullptr) return;
    for (const Claims::Loan& loan : loans) m_window->give_back(loan, why);
}

bool Loans::over() const {
    const std::shared_lock used(m_lock);
    return m_window == nullptr || m_window->progress().over();
}

uint32_t Loans::next() const {
    const std::shared_lock used(m_lock);
    return m_window == nullptr ? ~uint32_t{0} : m_window->progress().next();
}

void Loans::end() {
    const std::unique_lock none_uses(m_lock);
    m_window = nullptr;
}

}  // namespace warpevm
