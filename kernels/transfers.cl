// SPDX-License-Identifier: Apache-2.0
// Transfers of ether to accounts without code: nothing is executed, so what is observed and done follows from
// the transaction and three balances, in the records of evm.cl. Short enough for any device.
#include "kernels/word.h"

WARPEVM_INLINE account_observation observe_transfer(uint row) {
    account_observation o;
    o.balance = word_zero();
    o.below = word_zero();
    // keccak256 of nothing, in the order of memory.
    const word empty = {
        {0x3c23f7860146d2c5UL, 0xc003c7dcb27d7e92UL, 0x3b2782ca53b600e5UL, 0x70a4855d04d8fa7bUL}};
    o.code_hash = empty;
    o.nonce = 0;
    o.row = row;
    o.flags = OBSERVED_CODE;
    return o;
}

// Why the transfer can't be done here; STATUS_done: it can. An account with a delegation (EIP-7702) has code.
WARPEVM_INLINE uint refuse_transfer(__global const transfer_record* t) {
    if (t->codes[PARTY_SENDER] != CODE_EMPTY || t->codes[PARTY_RECIPIENT] != CODE_EMPTY)
        return STATUS_ESCALATE_code;
    // Bounds say nothing where sums may wrap.
    if (word_is_negative(t->balances[PARTY_SENDER]) || word_is_negative(t->balances[t->recipient]) ||
        word_is_negative(t->balances[t->beneficiary]))
        return STATUS_ESCALATE_large_balance;
    if (word_less(t->balances[PARTY_SENDER], t->worst_cost)) return STATUS_ESCALATE_invalid_transaction;
    return STATUS_done;
}

// Work-item i executes transfers[i]: its records are the first of observations[2 i] and effects[3 i] on, with
// rows from first_key + 3 i on. The sender's nonce is taken to be the transaction's, and observed.
// Memory: 264 bytes in, up to 488 out, all in order of the item. Bound by memory.
__kernel void transfers_run(__global const transfer_record* transfers, __global transfer_result* results,
                            __global account_observation* observations, __global account_effect* effects,
                            uint first_key, uint count) {
    const size_t i = get_global_id(0);
    if (i >= count) return;
    __global const transfer_record* t = transfers + i;
    __global transfer_result* result = results + i;
    const uint recipient = t->recipient;
    const uint beneficiary = t->beneficiary;
    const ulong used = t->intrinsic_gas < t->floor_gas ? t->floor_gas : t->intrinsic_gas;
    const word gas = word_of(used);
    const word value = t->value;
    const word tip = word_mul(gas, t->tip);
    uint status = refuse_transfer(t);
    // What each account gets, the parties one after the other.
    const word paid = word_negate(word_add(word_mul(gas, t->gas_price), value));
    word delta[PARTY_COUNT] = {paid, word_zero(), word_zero()};
    delta[recipient] = word_add(delta[recipient], value);
    delta[beneficiary] = word_add(delta[beneficiary], tip);
    for (uint p = 0; p < PARTY_COUNT; ++p)
        if (status == STATUS_done && word_is_negative(word_add(t->balances[p], delta[p])))
            status = STATUS_ESCALATE_large_balance;

    result->gas_used = used;
    result->status = status;
    result->observations = recipient == PARTY_SENDER ? 1 : 2;
    result->reserved = 0;
    const uint key = first_key + PARTY_COUNT * (uint)i;
    account_observation sender = observe_transfer(ROW_IS_NEW_KEY | key);
    sender.balance = t->worst_cost;
    sender.nonce = t->nonce;
    sender.flags |= OBSERVED_NONCE;
    observations[TRANSFER_OBSERVATIONS * i] = sender;
    if (recipient != PARTY_SENDER)
        observations[TRANSFER_OBSERVATIONS * i + 1] = observe_transfer(ROW_IS_NEW_KEY | (key + recipient));
    uint done = 0;
    for (uint p = 0; p < PARTY_COUNT; ++p) {
        if (p != PARTY_SENDER && p != recipient && p != beneficiary) continue;
        account_effect e;
        e.delta = delta[p];
        e.code_hash = word_zero();
        e.nonce = p == PARTY_SENDER ? t->nonce + 1 : 0;
        e.row = ROW_IS_NEW_KEY | (key + p);
        e.flags = TOUCHED | (p == PARTY_SENDER ? WROTE_NONCE : 0);
        effects[TRANSFER_EFFECTS * i + done++] = e;
    }
    result->effects = done;
}
