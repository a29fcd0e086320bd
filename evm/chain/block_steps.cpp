// SPDX-License-Identifier: Apache-2.0
#include "evm/chain/block_steps.hpp"

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

}  // namespace

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

template void move_dao_balances(Journal<false>&);
template void move_dao_balances(Journal<true>&);
template void call_before_transactions(Machine<false>&);
template void call_before_transactions(Machine<true>&);
template void pay_withdrawals(Journal<false>&, std::span<const Withdrawal>);
template void pay_withdrawals(Journal<true>&, std::span<const Withdrawal>);
template Error collect_requests(Machine<false>&, const ExecutionOptions&, BlockOutcome&);
template Error collect_requests(Machine<true>&, const ExecutionOptions&, BlockOutcome&);
template void pay_rewards(Journal<false>&, const BlockInput&, const ExecutionOptions&);
template void pay_rewards(Journal<true>&, const BlockInput&, const ExecutionOptions&);

}  // namespace warpevm
