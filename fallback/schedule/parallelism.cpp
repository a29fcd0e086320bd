// SPDX-License-Identifier: Apache-2.0
#include "fallback/schedule/parallelism.hpp"

#include <chrono>

#include "evm/chain/block_frame.hpp"
#include "evm/chain/edge.hpp"
#include "evm/chain/transaction_execution.hpp"

namespace warpevm {
namespace {

/// Length of a chain of transactions that each need the one before.
struct Path {
    uint64_t gas = 0;
    double seconds = 0;
    uint64_t length = 0;
    void extend_to(const Path& other) {
        gas = std::max(gas, other.gas);
        seconds = std::max(seconds, other.seconds);
        length = std::max(length, other.length);
    }
};

class CriticalPath {
  public:
    explicit CriticalPath(const Journal<true>& journal) : m_journal(journal) {}

    /// Takes in the journal's last transaction; answers the longest chain that ends in it.
    Path add(const Address& sender, uint64_t gas, double seconds) {
        m_accounts.resize(m_journal.account_count());
        m_slots.resize(m_journal.slot_count());
        Path path;
        for (const AccountObservation& o : m_journal.observations().accounts)
            if (!held_at_start(o, sender)) path.extend_to(m_accounts[o.row]);
        for (const SlotObservation& o : m_journal.observations().slots)
            if (m_journal.slot_row(o.row).before != o.value) path.extend_to(m_slots[o.row]);
        const bool depends = path.length != 0;
        path.gas += gas;
        path.seconds += seconds;
        ++path.length;
        for (const AccountEffect& e : m_journal.effects().accounts) m_accounts[e.row].extend_to(path);
        for (const SlotEffect& e : m_journal.effects().slots) m_slots[e.row].extend_to(path);
        if (!depends) ++independent;
        longest.extend_to(path);
        return path;
    }

    uint64_t independent = 0;
    Path longest;

  private:
    bool held_at_start(const AccountObservation& o, const Address& sender) const {
        const AccountRow& a = m_journal.account_row(o.row);
        const bool assumes_nonce = a.address == sender && has(o, OBSERVED_NONCE);
        return holds(o, {a.before_balance, assumes_nonce ? o.nonce : a.before_nonce, a.before_code_hash,
                         has(o, HAD_STORAGE), a.before_exists});
    }

    const Journal<true>& m_journal;
    std::vector<Path> m_accounts, m_slots;
};

Result<BlockParallelism> measure(ExecutionContext& context, const BlockInput& block, const StateView& state,
                                 const ExecutionOptions& options) {
    Journal<true> journal(state, context.codes());
    journal.missing().assume_absent = options.on_missing_state == OnMissingState::assume_absent;
    Logs logs;
    Machine<true> machine(journal, context.buffers(), logs, block.rules, block.environment);
    machine.set_interpreter(context.interpreter);
    open_block(machine, block, options);
    BlockParallelism result{.transactions = block.transactions.size()};
    CriticalPath critical(journal);
    BlockOutcome so_far;
    for (const BlockTransaction& tx : block.transactions) {
        const auto start = std::chrono::steady_clock::now();
        const TransactionOutcome outcome = execute_transaction(machine, tx, allowance(block, so_far));
        if (journal.missing().error) return tl::unexpected(*journal.missing().error);
        append_transaction(so_far, outcome, tx);
        if (outcome.invalid.code != ErrorCode::none) {
            if (options.on_invalid == OnInvalid::reject_block) return tl::unexpected(outcome.invalid);
            continue;
        }
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
        critical.add(tx.sender, outcome.gas_used, taken.count());
        result.seconds += taken.count();
    }
    result.gas = so_far.gas_used;
    result.independent = critical.independent;
    result.critical_path_gas = critical.longest.gas;
    result.critical_path_seconds = critical.longest.seconds;
    result.longest_chain = critical.longest.length;
    return result;
}

}  // namespace

std::optional<BlockParallelism> measure_parallelism(ExecutionContext& context, const BlockInput& block,
                                                    const StateView& state, const ExecutionOptions& options) {
    const auto result = run_guarded(
        state, [&](const StateView& guarded) { return measure(context, block, guarded, options); });
    return result ? std::optional(*result) : std::nullopt;
}

}  // namespace warpevm
