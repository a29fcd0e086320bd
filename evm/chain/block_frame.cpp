// SPDX-License-Identifier: Apache-2.0
#include "evm/chain/block_frame.hpp"

#include "evm/base/hex.hpp"
#include "evm/chain/requests.hpp"
#include "evm/chain/system_contracts.hpp"

namespace warpevm {
namespace {

constexpr uint64_t ether = 1'000'000'000'000'000'000;
constexpr uint64_t gwei = 1'000'000'000;

constexpr Address dao_accounts[] = {
#define WARPEVM_DAO_ACCOUNT(digits) address_literal(digits),
#include "evm/chain/dao_accounts.def"
#undef WARPEVM_DAO_ACCOUNT
};

/// A system call whose logs count for nothing.
template <bool R>
auto quiet_call(Machine<R>& machine, const Address& to, BytesView input) {
    const Logs::Mark mark = machine.logs().mark();
    const auto result = machine.system_call(to, input);
    machine.logs().truncate(mark);
    return result;
}

template <bool R>
void move_dao_balances(Journal<R>& journal) {
    journal.begin_transaction();
    const Row refund = journal.account(dao_refund_address);
    for (const Address& address : dao_accounts) {
        const Row row = journal.account(address);
        const U256 balance = journal.balance(row);
        journal.debit(row, balance);
        journal.credit(refund, balance);
    }
    journal.end_transaction();
}

template <bool R>
void call_before_transactions(Machine<R>& machine) {
    const BlockEnvironment& block = machine.block();
    if (machine.rules().at_least(Fork::cancun) && block.parent_beacon_block_root)
        quiet_call(machine, beacon_roots_address, *block.parent_beacon_block_root);
    if (machine.rules().at_least(Fork::prague))
        quiet_call(machine, history_storage_address, block.parent_hash);
}

template <bool R>
void pay_withdrawals(Journal<R>& journal, std::span<const Withdrawal> withdrawals) {
    journal.begin_transaction();
    for (const Withdrawal& w : withdrawals)
        journal.credit(journal.account(w.address), U256{w.amount_gwei} * gwei);
    journal.end_transaction();
}

template <bool R>
Error collect_requests(Machine<R>& machine, const ExecutionOptions& options, BlockOutcome& outcome) {
    const Result<Bytes> deposits = deposit_requests(machine.logs(), machine.rules().deposit_contract);
    if (!deposits) return deposits.error();
    add_requests(outcome.requests, RequestType::deposit, *deposits);
    bool complete = true;
    for (const auto& [type, address] :
         {std::pair{RequestType::withdrawal, withdrawal_requests_address},
          std::pair{RequestType::consolidation, consolidation_requests_address}}) {
        const auto result = quiet_call(machine, address, {});
        if (result.success)
            add_requests(outcome.requests, type, result.output);
        else if (result.has_code)
            return {ErrorCode::system_call_failed, to_hex(address)};
        else if (!options.allow_missing_system_contracts)
            return {ErrorCode::system_contract_missing, to_hex(address)};
        complete &= result.has_code;
    }
    if (complete) outcome.requests_hash = requests_hash(outcome.requests);
    return {};
}

/// Wei for a block before Paris: 5 ether, 3 from Byzantium (EIP-649), 2 from Constantinople (EIP-1234).
U256 block_reward(Fork fork) {
    if (fork >= Fork::constantinople) return 2 * ether;
    return fork >= Fork::byzantium ? 3 * ether : 5 * ether;
}

template <bool R>
void pay_rewards(Journal<R>& journal, const BlockInput& block, const ExecutionOptions& options) {
    const bool merged = block.rules.at_least(Fork::paris);
    if (options.reward == Reward::none || (options.reward == Reward::protocol && merged)) return;
    const U256 reward =
        options.reward == Reward::fixed ? options.fixed_reward : block_reward(block.rules.fork);
    journal.begin_transaction();
    const U256 inclusion = reward / 32 * block.ommers.size();
    journal.credit(journal.account(block.environment.beneficiary), reward + inclusion);
    for (const OmmerInput& ommer : block.ommers)
        journal.credit(journal.account(ommer.beneficiary),
                       reward * (8 + ommer.number - block.environment.number) / 8);
    journal.end_transaction();
}

}  // namespace

template <bool R>
void open_block(Machine<R>& machine, const BlockInput& block, const ExecutionOptions& options) {
    machine.journal().begin_block(block.rules.at_least(Fork::spurious_dragon));
    if (block.rules.dao_transition) move_dao_balances(machine.journal());
    if (options.system_calls) call_before_transactions(machine);
}

void append_transaction(BlockOutcome& outcome, const TransactionOutcome& transaction,
                        const BlockTransaction& tx) {
    outcome.gas_used += transaction.gas_used;
    if (transaction.invalid.code == ErrorCode::none) outcome.blob_gas_used += blob_gas(*tx.tx);
    outcome.transactions.push_back(transaction);
    outcome.cumulative_gas.push_back(outcome.gas_used);
}

template <bool R>
bool close_block(Machine<R>& machine, const BlockInput& block, const ExecutionOptions& options,
                 BlockOutcome& outcome) {
    if (block.withdrawals) pay_withdrawals(machine.journal(), *block.withdrawals);
    if (options.system_calls && block.rules.at_least(Fork::prague)) {
        outcome.verdict.error = collect_requests(machine, options, outcome);
        if (!outcome.verdict.valid() && options.on_invalid == OnInvalid::reject_block) return false;
    }
    pay_rewards(machine.journal(), block, options);
    return true;
}

template void open_block(Machine<false>&, const BlockInput&, const ExecutionOptions&);
template void open_block(Machine<true>&, const BlockInput&, const ExecutionOptions&);
template bool close_block(Machine<false>&, const BlockInput&, const ExecutionOptions&, BlockOutcome&);
template bool close_block(Machine<true>&, const BlockInput&, const ExecutionOptions&, BlockOutcome&);

}  // namespace warpevm
