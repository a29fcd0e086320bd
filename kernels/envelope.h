// SPDX-License-Identifier: Apache-2.0
// Around the first frame (Yellow Paper 6): the sender's checks, upfront debit and nonce, warm accounts,
// authorizations; afterwards refund, fee and what vanishes. The numbers are the host's, by evm/chain.
#ifndef WARPEVM_KERNELS_ENVELOPE_H
#define WARPEVM_KERNELS_ENVELOPE_H

#include "kernels/calls.h"
#include "kernels/storage.h"

// The next number of an envelope, of so many 32-bit words.
WARPEVM_INLINE word take_number(__global const uint** from, uint size) {
    word r = word_zero();
    for (uint i = 0; i < size && i < 8; ++i) r.v[i / 2] |= (ulong)(*from)[i] << (32 * (i % 2));
    *from += size;
    return r;
}

// Makes a lane of the envelope at `at` in the inputs. Nothing has happened in it.
WARPEVM_CALL void open_lane(__global lane_record* lane, __global const uchar* inputs, uint at) {
    __global const lane_envelope* e = (__global const lane_envelope*)(inputs + at);
    lane->nonce = e->nonce;
    lane->gas_limit = e->gas_limit;
    lane->gas = e->gas;
    lane->floor_gas = e->floor_gas;
    lane->environment = e->environment;
    lane->flags = e->flags;
    lane->sender = 0;
    lane->recipient = e->recipient;
    lane->beneficiary = e->beneficiary;
    lane->given_count = e->account_count;
    lane->given_slot_count = e->slot_count;
    lane->authorization_count = e->authorization_count;
    lane->blob_hash_count = e->blob_hash_count;
    lane->input_size = e->input_size;
    lane->given_slots_at = at + (uint)sizeof(lane_envelope);
    lane->authorizations_at = lane->given_slots_at + e->slot_count * (uint)sizeof(given_slot);
    lane->blob_hashes_at =
        lane->authorizations_at + e->authorization_count * (uint)sizeof(authorization_record);
    lane->given_at = lane->blob_hashes_at + e->blob_hash_count * (uint)sizeof(word);
    __global const uint* numbers = (__global const uint*)(inputs + lane->given_at) + e->account_count;
    const uint sizes = e->number_sizes;
    lane->gas_price = take_number(&numbers, sizes >> (4 * NUMBER_GAS_PRICE) & 15);
    lane->tip = take_number(&numbers, sizes >> (4 * NUMBER_TIP) & 15);
    lane->prepaid = take_number(&numbers, sizes >> (4 * NUMBER_PREPAID) & 15);
    lane->worst_cost = take_number(&numbers, sizes >> (4 * NUMBER_WORST_COST) & 15);
    lane->value = take_number(&numbers, sizes >> (4 * NUMBER_VALUE) & 15);
    lane->input_at = (uint)((__global const uchar*)numbers - inputs);
    lane->status = STATUS_PAUSED;
    lane->phase = PHASE_PREPARE;
    lane->depth = 0;
    lane->account_count = 0;
    lane->account_uses = 0;
    lane->slot_count = 0;
    lane->slot_uses = 0;
    lane->undo_count = 0;
    lane->log_count = 0;
    lane->topic_count = 0;
    lane->log_bytes = 0;
    lane->deployed_count = 0;
    lane->deployed_bytes = 0;
    lane->output_size = 0;
    lane->checkpoints = 0;
    lane->refund = 0;
    lane->hashed = 0;
}

// The lane's tables, and what the host knew beforehand. Runs once.
WARPEVM_CALL void prepare_lane(machine* m) {
    __global lane_record* lane = m->lane;
    for (uint i = 0; i <= m->shape->account_table_mask; ++i) account_table(m)[i] = 0;
    for (uint i = 0; i <= m->shape->slot_table_mask; ++i) slot_table(m)[i] = 0;
    // What happens before the first frame is never taken back: nothing is logged for checkpoint 0.
    m->frame->checkpoint = 0;
    __global const uchar* inputs = m->given->inputs;
    __global const uint* places = (__global const uint*)(inputs + lane->given_at);
    for (uint i = 0; i < lane->given_count && !m->escalated; ++i)
        add_account(m, (__global const given_account*)(inputs + places[i]));
    __global const given_slot* slots = (__global const given_slot*)(inputs + lane->given_slots_at);
    for (uint i = 0; i < lane->given_slot_count && !m->escalated; ++i) {
        const uint slot = make_slot(m, slots[i].account, slots[i].key, 0);
        if (slot == WARPEVM_NONE) return;
        if (!(slot_at(m, slot)->flags & SLOT_LOADED)) {
            slot_at(m, slot)->start = slots[i].start;
            slot_at(m, slot)->current = slots[i].start;
        }
        slot_at(m, slot)->flags |= slots[i].flags;
    }
    m->work += lane->given_count + lane->given_slot_count;
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
    if (!(lane->flags & LANE_IS_CALL)) {
        const uint step = need_code(m, lane->sender, &code);
        if (step != STEP_DONE) return step;
        // EIP-3607, but for delegated accounts (EIP-7702). Invalid transactions are the CPU's to judge.
        if (code != CODE_EMPTY && !(m->fork >= FORK_prague && delegation_of(m, code, &delegate)))
            return escalate(m, STATUS_ESCALATE_invalid_transaction);
    }
    if (!can_pay(m, lane->sender, lane->worst_cost)) return escalate(m, STATUS_ESCALATE_invalid_transaction);
    debit(m, lane->sender, lane->prepaid);
    set_nonce(m, lane->sender, lane->nonce + 1);
    warm_up(m, lane->sender);
    if (m->fork >= FORK_shanghai) {
        use_account(m, lane->beneficiary);
        warm_up(m, lane->beneficiary);
    }
    for (uint i = 0; i < lane->given_count; ++i)
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

// What the transaction leaves of an account: nothing where it was destructed.
WARPEVM_INLINE void settle_account(__global account_entry* a) {
    if (!(a->flags & ACCOUNT_DESTRUCTED)) return;
    a->balance = word_zero();
    a->nonce = 0;
    a->code = CODE_EMPTY;
    a->code_hash = empty_code_hash();
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
    for (uint i = 0; i < lane->account_count; ++i) settle_account(account_at(m, i));
    m->work += lane->account_count + lane->slot_count;
    if (m->escalated) return;
    lane->phase = PHASE_ENDED;
    if (succeeded) lane->flags |= LANE_SUCCEEDED;
    lane->status = STATUS_done;
}

#endif
