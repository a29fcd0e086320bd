// SPDX-License-Identifier: Apache-2.0
#include "fallback/commit/plain_transfer.hpp"

#include "evm/chain/envelope.hpp"
#include "evm/chain/validity.hpp"
#include "evm/vm/precompiles.hpp"

namespace warpevm {
namespace {

/// Of one account; parties that are one account have one effect, since whether it is empty is a question of
/// the transaction's end.
void add_effect(std::vector<AccountEffect>& effects, const AccountEffect& effect) {
    for (AccountEffect& e : effects)
        if (e.row == effect.row) {
            e.delta += effect.delta;
            e.flags |= effect.flags;
            return;
        }
    effects.push_back(effect);
}

}  // namespace

bool may_be_plain_transfer(const BlockTransaction& tx, Fork fork) {
    if (tx.invalid.code != ErrorCode::none) return false;
    const Transaction& t = *tx.tx;
    const bool has_type =
        t.type == TxType::legacy || t.type == TxType::access_list || t.type == TxType::dynamic_fee;
    return has_type && t.to && t.data.empty() && t.access_list.empty() &&
           find_precompile(*t.to, fork) == nullptr;
}

bool run_plain_transfer(const BlockTransaction& tx, const BlockInput& block, PositionView& view,
                        Incarnation& result) {
    const Fork fork = block.rules.fork;
    const U256& base_fee = block.environment.base_fee;
    if (!may_be_plain_transfer(tx, fork)) return false;
    const Transaction& t = *tx.tx;
    const bool underpriced = fork >= Fork::london && t.max_fee_per_gas < base_fee;
    if (underpriced || !check_transaction(t, block.rules)) return false;
    const auto most = worst_cost(t);
    if (!most) return false;

    const auto read = [&](const Address& address) { return view.read_account(address); };
    const Read<AccountRecord> sender = read(tx.sender);
    const Row sender_row = view.accounts().empty() ? 0 : view.accounts().back();
    const bool can = sender.knowledge != Knowledge::failed && sender.value.code_hash == empty_code_hash &&
                     sender.value.nonce == t.nonce && sender.value.balance >= *most;
    if (!can) return false;
    // EIP-3651: the beneficiary is asked for first.
    const Address& beneficiary = block.environment.beneficiary;
    const bool beneficiary_first = fork >= Fork::shanghai;
    std::optional<Row> beneficiary_row;
    if (beneficiary_first && !(beneficiary_row = view.ask(beneficiary))) return false;
    const bool to_itself = *t.to == tx.sender;
    const Read<AccountRecord> recipient = to_itself ? sender : read(*t.to);
    if (recipient.knowledge == Knowledge::failed || recipient.value.code_hash != empty_code_hash)
        return false;
    const Row recipient_row = to_itself ? sender_row : view.accounts().back();
    if (!beneficiary_first && !(beneficiary_row = view.ask(beneficiary))) return false;
    if (view.undecided()) return false;

    result.observations.accounts.push_back({.balance = *most,
                                            .code_hash = empty_code_hash,
                                            .nonce = t.nonce,
                                            .row = sender_row,
                                            .flags = OBSERVED_NONCE | OBSERVED_CODE});
    if (!to_itself)
        result.observations.accounts.push_back(
            {.code_hash = empty_code_hash, .row = recipient_row, .flags = OBSERVED_CODE});
    TransactionOutcome& outcome = result.outcome;
    outcome.success = true;
    outcome.gas_used = gas_used(t, fork, t.gas_limit - intrinsic_gas(t, fork), /*refund=*/0,
                                /*max_refund_divisor=*/1);
    outcome.effective_gas_price = effective_gas_price(t, base_fee);
    const U256 fee = U256{outcome.gas_used} * outcome.effective_gas_price;
    const U256 tip = beneficiary_fee(outcome.gas_used, outcome.effective_gas_price, block.rules, base_fee);
    std::vector<AccountEffect>& effects = result.effects.accounts;
    effects.push_back(
        {.delta = -fee - t.value, .nonce = t.nonce + 1, .row = sender_row, .flags = WROTE_NONCE | TOUCHED});
    add_effect(effects, {.delta = t.value, .row = recipient_row, .flags = TOUCHED});
    add_effect(effects, {.delta = tip, .row = *beneficiary_row, .flags = TOUCHED});
    result.accounts = view.accounts();
    result.assumes = view.assumes();
    result.is_transfer = true;
    result.use_own_columns();
    return true;
}

}  // namespace warpevm
