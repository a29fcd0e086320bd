// SPDX-License-Identifier: Apache-2.0
#include "host/simulate/call_runner.hpp"

#include "evm/chain/transaction_execution.hpp"

namespace warpevm {
namespace {

bool is_free(const Transaction& tx) {
    return tx.max_fee_per_gas.is_zero();
}
bool has_free_blobs(const Transaction& tx) {
    return tx.type == TxType::blob && tx.max_fee_per_blob_gas.is_zero();
}

}  // namespace

BlockEnvironment environment_seen(const SimulatedBlock& block, const Transaction& tx) {
    BlockEnvironment seen = block.environment;
    if (is_free(tx)) seen.base_fee = {};
    if (has_free_blobs(tx)) seen.given_blob_base_fee = U256{};
    return seen;
}

uint32_t environment_number(const Transaction& tx) {
    return (is_free(tx) ? 1U : 0U) | (has_free_blobs(tx) ? 2U : 0U);
}

CallRunner::CallRunner(std::shared_ptr<CodeCache> codes)
    : m_context(std::move(codes)), m_journal(m_state, m_context.codes()) {}

void CallRunner::begin(const How& how) {
    m_lease.reset();
    m_lease = m_context.codes().lease();
    m_context.buffers().trim();
    m_context.interpreter = how.interpreter;
    m_context.set_cancellation(how.cancellation);
    m_journal.missing().assume_absent = how.on_missing_state == OnMissingState::assume_absent;
}

BundleResult CallRunner::run(const SimulatedBundle& bundle, const StateView& state) {
    std::optional<OverriddenState> overridden;
    if (bundle.overrides != nullptr && !bundle.overrides->empty())
        overridden.emplace(state, *bundle.overrides);
    m_state.now = overridden ? static_cast<const StateView*>(&*overridden) : &state;
    m_journal.reset();
    m_journal.begin_block(bundle.block->rules.at_least(Fork::spurious_dragon));
    BundleResult result;
    result.calls.reserve(bundle.calls.size());
    for (const SimulatedCall& call : bundle.calls) {
        const bool has_ended = !result.calls.empty() && result.calls.back().status == CallStatus::no_answer;
        result.calls.push_back(
            has_ended ? CallResult{.status = CallStatus::no_answer, .error = result.calls.back().error}
                      : run_call(call, *bundle.block));
        if (m_context.cancellation().is_cancelled()) return {};
    }
    result.is_done = true;
    return result;
}

CallResult CallRunner::run_call(const SimulatedCall& call, const SimulatedBlock& block) {
    CallResult result;
    Machine<false> machine(m_journal, m_context.buffers(), result.logs, block.rules,
                           environment_seen(block, call.tx));
    machine.set_interpreter(m_context.interpreter);
    machine.set_cancellation(m_context.cancellation());
    CallEnd end = execute_call(machine, call.tx, call.sender);
    MissingReads& missing = m_journal.missing();
    if (missing.error) return {.status = CallStatus::no_answer, .error = *missing.error};
    result.assumed_accounts = std::exchange(missing.accounts, {});
    result.assumed_slots = std::exchange(missing.slots, {});
    result.error = end.outcome.invalid;
    if (result.error.code != ErrorCode::none) {
        result.status = CallStatus::invalid;
        return result;
    }
    result.status = end.outcome.success            ? CallStatus::success
                    : end.status == Status::revert ? CallStatus::reverted
                                                   : CallStatus::failed;
    result.halt = end.status;
    result.gas_used = end.outcome.gas_used;
    result.output = std::move(end.output);
    if (end.outcome.success) result.created = end.outcome.created;
    return result;
}

}  // namespace warpevm
