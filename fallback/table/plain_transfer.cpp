// SPDX-License-Identifier: Apache-2.0
#include "fallback/table/plain_transfer.hpp"

#include "evm/chain/envelope.hpp"
#include "evm/chain/validity.hpp"
#include "evm/vm/precompiles.hpp"

namespace warpevm {

bool may_be_plain_transfer(const BlockTransaction& tx, Fork fork) {
    const Transaction& t = *tx.tx;
    const bool has_form =
        t.type == TxType::legacy || t.type == TxType::access_list || t.type == TxType::dynamic_fee;
    return tx.invalid.code == ErrorCode::none && has_form && t.to && t.data.empty() &&
           t.access_list.empty() && find_precompile(*t.to, fork) == nullptr;
}

std::optional<PlainTransfer> prepare(const BlockTransaction& tx, const BlockInput& block,
                                     AccountEntry* sender, AccountEntry* recipient) {
    const Transaction& t = *tx.tx;
    const U256& base_fee = block.environment.base_fee;
    if (!check_transaction(t, block.rules) ||
        (block.rules.at_least(Fork::london) && t.max_fee_per_gas < base_fee))
        return std::nullopt;
    const auto most = worst_cost(t);
    if (!most) return std::nullopt;
    PlainTransfer p{
        .sender = sender,
        .recipient = recipient,
        .gas_used = gas_used(t, block.rules.fork, t.gas_limit - intrinsic_gas(t, block.rules.fork),
                             /*refund=*/0, /*max_refund_divisor=*/1),
        .gas_price = effective_gas_price(t, base_fee),
        .fee = {},
        .tip = {},
        .worst_cost = *most};
    p.fee = U256{p.gas_used} * p.gas_price;
    p.tip = beneficiary_fee(p.gas_used, p.gas_price, block.rules, base_fee);
    return p;
}

bool is_plain_transfer(const PlainTransfer& transfer, const Transaction& tx) {
    const AccountRecord &sender = transfer.sender->committed.record,
                        &recipient = transfer.recipient->committed.record;
    return sender.code_hash == empty_code_hash && recipient.code_hash == empty_code_hash &&
           sender.nonce == tx.nonce && sender.balance >= transfer.worst_cost;
}

}  // namespace warpevm
