// SPDX-License-Identifier: Apache-2.0
// One transaction over a state, with or without recording; what was recorded is told by keys instead of rows.
#pragma once

#include <map>

#include "evm/chain/context.hpp"
#include "evm/chain/transaction_execution.hpp"
#include "evm/state/memory_state.hpp"

namespace warpevm::test {

inline const Address sender_address = Address::from_low(0x5e4d),
                     beneficiary_address = Address::from_low(0xfee);

struct TransactionRun {
    TransactionOutcome outcome;
    Logs logs;
    StateDiff diff;
    // Only where recording; rows are zero.
    std::map<Address, AccountObservation> accounts;
    std::map<SlotKey, U256> slots;
    std::map<Address, AccountEffect> effects;
    std::map<SlotKey, U256> writes;
};

inline Transaction transaction_to(const std::optional<Address>& to, const U256& value = 0, Bytes data = {}) {
    Transaction tx;
    tx.gas_limit = 300'000;
    tx.max_fee_per_gas = tx.max_priority_fee_per_gas = 2;
    tx.to = to;
    tx.value = value;
    tx.data = std::move(data);
    return tx;
}

template <bool Recording>
void tell(const Journal<Recording>& journal, TransactionRun& run) {
    const auto key_of = [&](Row row) {
        const SlotRow& s = journal.slot_row(row);
        return SlotKey{journal.address(s.account), s.key};
    };
    for (AccountObservation o : journal.observations().accounts) {
        const Address& address = journal.address(std::exchange(o.row, 0));
        EXPECT_TRUE(run.accounts.emplace(address, o).second) << "observed in two places";
    }
    for (const SlotObservation& o : journal.observations().slots)
        EXPECT_TRUE(run.slots.emplace(key_of(o.row), o.value).second) << "observed in two places";
    for (AccountEffect e : journal.effects().accounts) {
        const Address& address = journal.address(std::exchange(e.row, 0));
        EXPECT_TRUE(run.effects.emplace(address, e).second) << "two effects on one account";
    }
    for (const SlotEffect& e : journal.effects().slots)
        EXPECT_TRUE(run.writes.emplace(key_of(e.row), e.value).second) << "two effects on one slot";
}

/// The sender is sender_address, the fees go to beneficiary_address.
template <bool Recording>
TransactionRun run_transaction(ExecutionContext& context, const StateView& state, const Transaction& tx,
                               Fork fork, Interpreter interpreter = Interpreter::fast) {
    TransactionRun run;
    Journal<Recording> journal(state, context.codes());
    const Rules rules{
        .fork = fork, .chain_id = 1, .blobs = mainnet_blob_schedule(fork), .dao_transition = false};
    BlockEnvironment block{
        .number = 1000, .timestamp = 12345, .gas_limit = 30'000'000, .beneficiary = beneficiary_address};
    if (fork >= Fork::london) block.base_fee = 1;
    Machine<Recording> machine(journal, context.buffers(), run.logs, rules, block);
    machine.set_interpreter(interpreter);
    journal.begin_block(fork >= Fork::spurious_dragon);
    run.outcome = execute_transaction(machine, {.tx = &tx, .sender = sender_address},
                                      {.gas = 30'000'000, .blob_gas = 0});
    EXPECT_FALSE(journal.missing().error);
    run.diff = journal.diff();
    tell(journal, run);
    return run;
}

}  // namespace warpevm::test
