// SPDX-License-Identifier: Apache-2.0
// How somebody who is no thread of the executor (a device, another machine) takes part in a window: it
// borrows transactions, executes them, and hands results in when it has them. The commit loop waits for
// nobody: it overrides what is late, and a result that comes then is dropped.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string_view>

#include "evm/types/block_input.hpp"
#include "fallback/schedule/claims.hpp"
#include "fallback/table/incarnation.hpp"

namespace warpevm {

class WindowExecution;

/// Of one window. Thread-safe, and usable after the window has ended: then nothing is lent, and nothing
/// taken. Transactions are numbered over all blocks of the window.
class Loans : public std::enable_shared_from_this<Loans> {
  public:
    explicit Loans(WindowExecution& window) : m_window(&window) {}

    /// A transaction that nobody has begun.
    std::optional<Claims::Loan> borrow(uint32_t index);
    /// Likewise some of those that the commit loop comes to last and that suit, `most` of them at most, in
    /// order: while it works from the front, they are not in its way for longest. Only before the transaction
    /// `end`, so that what was given back is not borrowed again.
    std::vector<Claims::Loan> borrow_last(uint32_t most, uint32_t end,
                                          const std::function<bool(uint32_t)>& suits);
    /// `results.transactions[i]` is of `loans[i]`; rows stand for keys (ROW_IS_NEW_KEY). Answers how many
    /// were taken: others were overridden. The window's threads do the rest, unless the state is read before
    /// they have (state_at); what is found visibly wrong is as if it had been given back.
    size_t hand_in(std::span<const Claims::Loan> loans, TransactionResults results);
    /// `why` is counted in the block's route report.
    void give_back(std::span<const Claims::Loan> loans, std::string_view why);
    [[nodiscard]] bool over() const;
    /// All before this one are committed. After the window: more than any.
    [[nodiscard]] uint32_t next() const;

    /// The state as of the transaction's position: what is committed, and what others did ahead of their
    /// turn. Reads fail once the window has ended. Codes stay valid as long as the view.
    [[nodiscard]] std::unique_ptr<StateView> state_at(uint32_t index);
    /// For who will read many keys one by one: the pre-state is asked for all of them at once.
    void load(std::span<const Address> accounts, std::span<const SlotKey> slots);

    /// The window ends: waits for calls that are under way. Its executor calls it.
    void end();

  private:
    friend class LoanedState;
    mutable std::shared_mutex m_lock;  ///< held while the window is used
    WindowExecution* m_window;         ///< null once it has ended
};

/// Is told of each window before its first transaction; may borrow at once, or keep the loans and borrow from
/// other threads. Must not wait for the window.
using Borrower = std::function<void(std::shared_ptr<Loans> loans, std::span<const BlockInput> window)>;

}  // namespace warpevm
