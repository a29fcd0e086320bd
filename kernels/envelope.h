// SPDX-License-Identifier: Apache-2.0
// Around the first frame (Yellow Paper 6): the sender's checks, upfront debit and nonce, warm accounts,
// authorizations; afterwards refund, fee and what vanishes. The numbers are the host's, by evm/chain.
#ifndef WARPEVM_KERNELS_ENVELOPE_H
#define WARPEVM_KERNELS_ENVELOPE_H

#include "kernels/calls.h"
#include "kernels/storage.h"

// The lane's tables, and what the host knew beforehand. Runs once.
WARPEVM_CALL void prepare_lane(machine* m) {
    __global lane_record* lane = m->lane;
    for (uint i = 0; i <= m->shape->account_table_mask; ++i) account_table(m)[i] = 0;
    for (uint i = 0; i <= m->shape->slot_table_mask; ++i) slot_table(m)[i] = 0;
    // What happens before the first frame is never taken back: nothing is logged for checkpoint 0.
    m->frame->checkpoint = 0;
    __global const account_entry* entries =
        (__global const account_entry*)(m->given->inputs + lane->entries_at);
    for (uint i = 0; i < lane->entry_count && !m->escalated; ++i) add_account(m, entries + i);
    __global const slot_entry* slots = (__global const slot_entry*)(m->given->inputs + lane->slot_entries_at);
    for (uint i = 0; i < lane->slot_entry_count && !m->escalated; ++i) {
        const uint slot = make_slot(m, slots[i].account, slots[i].key, 0);
        if (slot == WARPEVM_NONE) return;
        if (!(slot_at(m, slot)->flags & SLOT_LOADED)) {
            slot_at(m, slot)->start = slots[i].start;
            slot_at(m, slot)->current = slots[i].start;
        }
        slot_at(m, slot)->flags |= slots[i].flags;
    }
    m->work += lane->entry_count + lane->slot_entry_count;
}

WARPEVM_CALL void apply_authorizations(machine* m) {
    __global const authorization_record* given =
        (__global const authorization_record*)(m->given->inputs + m->lane->authorizations_at);
    for (uint i = 0; i < m->lane->authorization_count; ++i) {
        const uint account = given[i].account;
        const uint flags = given[i].flags;
        use_account(m, account);
        set_account_flag(m, account, ACCOUNT_WARM);
        if (flags & AUTHORIZATION_SEES_CODE) observe_code(m, account);
        if (flags & AUTHORIZATION_SEES_NONCE) observe_nonce(m, account);
        if (flags & AUTHORIZATION_SEES_EXISTENCE) account_at(m, account)->observed |= OBSERVED_EXISTENCE;
        if (!(flags & AUTHORIZATION_APPLIES)) continue;
        m->lane->refund += given[i].refund;
        set_code(m, account, given[i].code, given[i].code_hash);
        set_nonce(m, account, given[i].nonce);
    }
    m->work += m->lane->authorization_count;
}

// Whether the sender may send; what it pays ahead; what is warm.
WARPEVM_CALL uint begin_transaction(machine* m) {
    __global lane_record* lane = m->lane;
    uint code;
    address20 delegate;
    use_account(m, lane->sender);
    observe_nonce(m, lane->sender);
    const uint step = need_code(m, lane->sender, &code);
    if (step != STEP_DONE) return step;
    // EIP-3607, but for delegated accounts (EIP-7702). Invalid transactions are the CPU's to judge.
    if (code != CODE_EMPTY && !(m->fork >= FORK_prague && delegation_of(m, code, &delegate)))
        return escalate(m, STATUS_ESCALATE_invalid_transaction);
    if (!can_pay(m, lane->sender, lane->worst_cost)) return escalate(m, STATUS_ESCALATE_invalid_transaction);
    debit(m, lane->sender, lane->prepaid);
    set_nonce(m, lane->sender, lane->nonce + 1);
    warm_up(m, lane->sender);
    if (m->fork >= FORK_shanghai) {
        use_account(m, lane->beneficiary);
        warm_up(m, lane->beneficiary);
    }
    for (uint i = 0; i < lane->entry_count; ++i)
        if (account_at(m, i)->flags & ACCOUNT_WARM) use_account(m, i);
    apply_authorizations(m);
    return m->escalated ? STEP_LEFT : STEP_DONE;
}

// The first frame: STEP_SWITCHED, or STEP_FAILED where a creation finds its address taken.
WARPEVM_CALL uint enter_transaction(machine* m) {
    __global lane_record* lane = m->lane;
    const uint to = lane->recipient;
    const address20 own = account_at(m, to)->address;
    call c;
    c.value = lane->value;
    c.gas = (long)lane->gas;
    c.self = to;
    c.caller = lane->sender;
    c.code_account = to;
    c.flags = 0;
    c.transfers = 1;
    c.input.space = SPACE_INPUTS;
    c.input.image = 0;
    c.input.at = lane->input_at;
    c.input.size = lane->input_size;
    c.output_at = 0;
    c.output_size = 0;
    use_account(m, to);
    if (lane->flags & LANE_CREATES) {
        m->gas = 0;
        if (!is_unused(m, to)) return STEP_FAILED;
        c.flags = FRAME_CREATES;
        c.code = c.input;
        c.input.size = 0;
    } else {
        uint code;
        address20 target;
        uint step = need_code(m, to, &code);
        if (step != STEP_DONE) return step;
        if (m->fork >= FORK_prague && delegation_of(m, code, &target)) {
            uint delegate;
            step = need_account(m, target, &delegate);
            if (step == STEP_DONE) step = executable_code(m, to, &code);
            if (step != STEP_DONE) return step;
            warm_up(m, delegate);
        }
        c.code = code_bytes(m, code);
        if (is_precompile(m, own)) c.flags = FRAME_PRECOMPILE;
    }
    warm_up(m, to);
    return begin_frame(m, &c);
}

// What the transaction leaves of an account: nothing where it was destructed, or is empty and touched
// (EIP-161).
WARPEVM_INLINE void settle_account(machine* m, __global account_entry* a) {
    __global lane_record* lane = m->lane;
    const uint touched = a->flags & (ACCOUNT_TOUCHED | ACCOUNT_STICKY_TOUCH);
    if (a->flags & ACCOUNT_DESTRUCTED) {
        a->balance = word_zero();
        a->nonce = 0;
        a->code = CODE_EMPTY;
        a->code_hash = empty_code_hash();
    }
    lane->observed_accounts += a->observed != 0 || !word_is_zero(a->at_least);
    lane->changed_accounts += touched || (a->flags & ACCOUNT_DESTRUCTED) || a->nonce != a->start_nonce ||
                              !word_equal(a->balance, a->start_balance) ||
                              !word_equal(a->code_hash, a->start_code_hash);
}

WARPEVM_INLINE uint slot_is_changed(const machine* m, __global const slot_entry* s) {
    return (s->flags & SLOT_WRITTEN) && !(s->flags & SLOT_TRANSIENT) && !word_equal(s->current, s->start) &&
           !(account_at(m, s->account)->flags & ACCOUNT_DESTRUCTED);
}

// The first frame has ended; its gas is in the register.
WARPEVM_CALL void finish_transaction(machine* m, uint succeeded) {
    __global lane_record* lane = m->lane;
    const ulong spent = lane->gas_limit - (ulong)m->gas;
    const ulong most = spent / (ulong)price(m, PRICE_max_refund_divisor);
    const ulong refund = (long)lane->refund < 0 ? 0 : lane->refund;
    ulong used = spent - (refund < most ? refund : most);
    if (used < lane->floor_gas) used = lane->floor_gas;
    lane->gas_used = used;
    lane->undo_count = 0;  // nothing is taken back any more
    credit(m, lane->sender, word_mul(word_of(lane->gas_limit - used), lane->gas_price));
    use_account(m, lane->beneficiary);
    credit(m, lane->beneficiary, word_mul(word_of(used), lane->tip));
    lane->observed_accounts = 0;
    lane->changed_accounts = 0;
    lane->observed_slots = 0;
    lane->changed_slots = 0;
    for (uint i = 0; i < lane->account_count; ++i) settle_account(m, account_at(m, i));
    for (uint i = 0; i < lane->slot_count; ++i) {
        lane->observed_slots += (slot_at(m, i)->flags & (SLOT_SEEN | SLOT_TRANSIENT)) == SLOT_SEEN;
        lane->changed_slots += slot_is_changed(m, slot_at(m, i));
    }
    m->work += lane->account_count + lane->slot_count;
    if (m->escalated) return;
    lane->phase = PHASE_ENDED;
    if (succeeded) lane->flags |= LANE_SUCCEEDED;
    lane->status = STATUS_done;
}

#endif
