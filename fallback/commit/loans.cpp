// SPDX-License-Identifier: Apache-2.0
// What borrowers ask of the window, and the state as they may read it.
#include "fallback/loans.hpp"

#include <algorithm>
#include <forward_list>
#include <mutex>

#include "fallback/commit/window_execution.hpp"

namespace warpevm {
/// Each read holds the window for as long as it takes.
class LoanedState final : public StateView {
  public:
    LoanedState(std::shared_ptr<Loans> loans, Position position, bool state_clearing)
        : m_loans(std::move(loans)), m_position(position), m_state_clearing(state_clearing) {}

    void read_accounts(std::span<const Address> keys, std::span<Read<AccountRecord>> answers) const override {
        use(answers, [&](Keys& of, Versions& table) {
            for (size_t i = 0; i < keys.size(); ++i) {
                AccountEntry& entry = table.account(of.row(keys[i]));
                AccountState state;
                answers[i].knowledge = account(table, entry, state);
                answers[i].value = state.record;
            }
        });
    }
    void read_slots(std::span<const SlotKey> keys, std::span<Read<U256>> answers) const override {
        use(answers, [&](Keys& of, Versions& table) {
            Row row = 0;
            AccountState state;
            Knowledge known = Knowledge::unknown;
            for (size_t i = 0; i < keys.size(); ++i) {
                if (i == 0 || keys[i].address != keys[i - 1].address) {
                    row = of.row(keys[i].address);
                    known = account(table, table.account(row), state);
                }
                if (known == Knowledge::failed) {
                    answers[i] = {Knowledge::failed, {}};
                    continue;
                }
                Position estimate = 0;
                answers[i] =
                    table.at(table.slot(of.row(row, keys[i].slot)), m_position, state.wiped, estimate);
            }
        });
    }
    void read_codes(std::span<const Hash> hashes, std::span<Read<BytesView>> answers) const override {
        const std::shared_lock used(m_loans->m_lock);
        for (size_t i = 0; i < hashes.size(); ++i) {
            answers[i] = {Knowledge::failed, {}};
            if (m_loans->m_window == nullptr) continue;
            const ParallelContext::Parts& parts = m_loans->m_window->window().parts;
            if (const Code* code = parts.serial->codes().find(hashes[i]))
                answers[i] = {Knowledge::value, code->bytes()};
            else
                answers[i] = parts.table.state().read_code(hashes[i]);
            if (answers[i].knowledge != Knowledge::value) continue;
            std::forward_list<Bytes> kept;
            answers[i].value = kept.emplace_front(answers[i].value.begin(), answers[i].value.end());
            const std::lock_guard held(m_codes_lock);
            m_codes.splice_after(m_codes.before_begin(), kept);
        }
    }
    [[nodiscard]] Read<Hash> read_block_hash(uint64_t number) const override {
        const std::shared_lock used(m_loans->m_lock);
        if (m_loans->m_window == nullptr) return {Knowledge::failed, {}};
        return m_loans->m_window->window().parts.table.state().read_block_hash(number);
    }

  private:
    /// Rows of keys. Most are known (see Loans::load): stretches are borrowed for those that are not.
    class Keys {
      public:
        explicit Keys(ParallelContext::Parts& parts) : m_parts(parts) {}
        ~Keys() {
            if (m_stretches != nullptr) m_parts.stretches.give_back(m_stretches);
        }
        Keys(const Keys&) = delete;
        Keys& operator=(const Keys&) = delete;

        Row row(const Address& address) {
            const auto known = m_parts.table.known_account(address);
            return known ? *known : m_parts.table.intern(address, stretches());
        }
        Row row(Row account, const U256& slot) {
            const auto known = m_parts.table.known_slot(account, slot);
            return known ? *known : m_parts.table.intern(account, slot, stretches());
        }

      private:
        EntryStretches& stretches() {
            if (m_stretches == nullptr) m_stretches = m_parts.stretches.borrow();
            return *m_stretches;
        }
        ParallelContext::Parts& m_parts;
        EntryStretches* m_stretches = nullptr;
    };

    template <class Answers, class Action>
    void use(Answers& answers, const Action& action) const {
        const std::shared_lock used(m_loans->m_lock);
        if (m_loans->m_window == nullptr) {
            for (auto& answer : answers) answer = {Knowledge::failed, {}};
            return;
        }
        m_loans->m_window->receive_all();
        ParallelContext::Parts& parts = m_loans->m_window->window().parts;
        Keys keys(parts);
        action(keys, parts.table);
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
    mutable SpinLock m_codes_lock;
    mutable std::forward_list<Bytes> m_codes;  ///< which costs nothing while there are none
};

std::unique_ptr<StateView> Loans::state_at(uint32_t index) {
    const std::shared_lock used(m_lock);
    if (m_window == nullptr || index >= m_window->window().order.count())
        return std::make_unique<LoanedState>(shared_from_this(), 0, true);
    const WindowOrder& order = m_window->window().order;
    return std::make_unique<LoanedState>(shared_from_this(), order.position_of(index),
                                         order.block_with(index).rules.at_least(Fork::spurious_dragon));
}

void Loans::load(std::span<const Address> accounts, std::span<const SlotKey> slots) {
    const std::shared_lock used(m_lock);
    if (m_window == nullptr) return;
    ParallelContext::Parts& parts = m_window->window().parts;
    EntryStretches* stretches = parts.stretches.borrow();
    std::vector<Row> rows(std::max(accounts.size(), slots.size()));
    parts.table.enter(accounts, *stretches, std::span(rows).first(accounts.size()));
    parts.table.enter(slots, *stretches, std::span(rows).first(slots.size()));
    parts.stretches.give_back(stretches);
}

std::optional<Claims::Loan> Loans::borrow(uint32_t index) {
    const std::shared_lock used(m_lock);
    if (m_window == nullptr || index >= m_window->window().order.count()) return std::nullopt;
    return m_window->window().progress.claims().lend(index);
}

std::vector<Claims::Loan> Loans::borrow_last(uint32_t most, uint32_t end,
                                             const std::function<bool(uint32_t)>& suits) {
    const std::shared_lock used(m_lock);
    std::vector<Claims::Loan> loans;
    if (m_window == nullptr) return loans;
    const uint32_t next = m_window->window().progress.next();
    for (uint32_t i = std::min(end, m_window->window().order.count()); i > next && loans.size() < most; --i)
        if (suits(i - 1))
            if (const auto loan = m_window->window().progress.claims().lend(i - 1)) loans.push_back(*loan);
    std::reverse(loans.begin(), loans.end());
    return loans;
}

size_t Loans::hand_in(std::span<const Claims::Loan> loans, TransactionResults results) {
    const std::shared_lock used(m_lock);
    return m_window == nullptr ? 0 : m_window->hand_in(loans, std::move(results));
}

void Loans::give_back(std::span<const Claims::Loan> loans, std::string_view why) {
    const std::shared_lock used(m_lock);
    if (m_window == nullptr) return;
    for (const Claims::Loan& loan : loans) m_window->give_back(loan, why);
}

bool Loans::over() const {
    const std::shared_lock used(m_lock);
    return m_window == nullptr || m_window->window().progress.over();
}

uint32_t Loans::next() const {
    const std::shared_lock used(m_lock);
    return m_window == nullptr ? ~uint32_t{0} : m_window->window().progress.next();
}

void Loans::end() {
    const std::unique_lock none_uses(m_lock);
    m_window = nullptr;
}

}  // namespace warpevm
