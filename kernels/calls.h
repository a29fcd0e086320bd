// SPDX-License-Identifier: Apache-2.0
// CALL, CALLCODE, DELEGATECALL, STATICCALL, CREATE, CREATE2 and SELFDESTRUCT (Yellow Paper H.2, EIP-150, 161,
// 1014, 2929, 3860, 6780, 7702). What may park comes before anything is changed: the instruction then starts
// anew.
#ifndef WARPEVM_KERNELS_CALLS_H
#define WARPEVM_KERNELS_CALLS_H

#include "kernels/frames.h"

// The stack operands of a call.
typedef struct {
    word gas, to, value, input_at, input_size, output_at, output_size;
    uint has_value;
    uint count;
} call_operands;

WARPEVM_INLINE call_operands read_operands(const machine* m, uint op) {
    call_operands o;
    const uint v = op == OP_CALL || op == OP_CALLCODE ? 1 : 0;
    o.gas = top(m, 0);
    o.to = top(m, 1);
    o.value = v ? top(m, 2) : word_zero();
    o.input_at = top(m, 2 + v);
    o.input_size = top(m, 3 + v);
    o.output_at = top(m, 4 + v);
    o.output_size = top(m, 5 + v);
    o.has_value = !word_is_zero(o.value);
    o.count = 6 + v;
    return o;
}

// All but a 64th, or less where less is asked for (EIP-150).
WARPEVM_INLINE long gas_for_callee(const machine* m, word wanted) {
    const long available = m->gas - m->gas / 64;
    return word_is_short(wanted) && wanted.v[0] <= (ulong)available ? (long)wanted.v[0] : available;
}

// A part of the running frame's memory as a range of the arena.
WARPEVM_INLINE byte_range memory_range(const machine* m, word at, word size) {
    const byte_range r = {
        SPACE_ARENA, m->shape->memory_at + m->frame->memory_base + (word_is_zero(size) ? 0 : (uint)at.v[0]),
        (uint)size.v[0], 0};
    return r;
}

// Charges for looking through a delegation (EIP-7702); *delegate is WARPEVM_NONE where there is none.
WARPEVM_CALL uint access_delegate(machine* m, uint to, uint* delegate) {
    uint code = CODE_EMPTY;
    address20 target;
    *delegate = WARPEVM_NONE;
    if (m->fork < FORK_prague) return STEP_DONE;
    const uint step = need_code(m, to, &code);
    if (step != STEP_DONE || !delegation_of(m, code, &target)) return step;
    const long warm = price(m, PRICE_warm_access);
    // The account itself is warm by now.
    const uint itself = address_equal(target, account_at(m, to)->address);
    return access_account(m, target, itself ? warm : price(m, PRICE_cold_account), warm, delegate);
}

WARPEVM_CALL uint charge_value(machine* m, uint op, const call_operands* o, uint to) {
    if (!o->has_value) return STEP_DONE;
    if (!charge(m, price(m, PRICE_call_value))) return STEP_FAILED;
    if (op == OP_CALL && is_dead(m, to) && !charge(m, price(m, PRICE_new_account))) return STEP_FAILED;
    return STEP_DONE;
}

// The call does not take place: its gas comes back and it answers 0.
WARPEVM_CALL uint refuse_call(machine* m, uint operands, long gas) {
    m->gas += gas;
    m->lane->output_size = 0;
    m->height -= operands;
    push(m, word_zero());
    ++m->pc;
    return STEP_SWITCHED;
}

WARPEVM_CALL void form_call(const machine* m, uint op, const call_operands* o, uint to, call* c) {
    __global const frame_record* own = m->frame;
    const uint own_account = op == OP_CALLCODE || op == OP_DELEGATECALL;
    c->value = op == OP_DELEGATECALL ? own->value : o->value;
    c->self = own_account ? own->self : to;
    c->caller = op == OP_DELEGATECALL ? own->caller : own->self;
    c->code_account = to;
    c->flags = (own->flags & FRAME_STATIC) | (op == OP_STATICCALL ? FRAME_STATIC : 0);
    c->transfers = !own_account;
    c->input = memory_range(m, o->input_at, o->input_size);
    c->output_at = word_is_zero(o->output_size) ? 0 : (uint)o->output_at.v[0];
    c->output_size = (uint)o->output_size.v[0];
}

WARPEVM_CALL uint op_call(machine* m, uint op) {
    const call_operands o = read_operands(m, op);
    uint to = WARPEVM_NONE;
    uint delegate = WARPEVM_NONE;
    if (op == OP_CALL && o.has_value && (m->frame->flags & FRAME_STATIC)) return STEP_FAILED;
    uint step = need_memory(m, o.input_at, o.input_size);
    if (step == STEP_DONE) step = need_memory(m, o.output_at, o.output_size);
    if (step == STEP_DONE) step = access_beyond_warm(m, address_of_word(o.to), &to);
    if (step == STEP_DONE) step = access_delegate(m, to, &delegate);
    if (step == STEP_DONE) step = charge_value(m, op, &o, to);
    if (step != STEP_DONE) return step;
    const long gas = gas_for_callee(m, o.gas);
    if (!charge(m, gas)) return STEP_FAILED;
    const long handed_on = gas + (o.has_value ? price(m, PRICE_call_stipend) : 0);

    call c;
    const uint refused =
        m->lane->depth >= m->rules->max_depth || (o.has_value && !can_pay(m, m->frame->self, o.value));
    if (!refused) {
        uint code;
        step = executable_code(m, to, &code);
        if (step != STEP_DONE) return step;
        c.code = code_bytes(m, code);
    }
    // Nothing parks from here on.
    warm_up(m, to);
    if (delegate != WARPEVM_NONE) warm_up(m, delegate);
    if (refused) return refuse_call(m, o.count, handed_on);
    form_call(m, op, &o, to, &c);
    c.gas = handed_on;
    if (is_precompile(m, address_of_word(o.to))) c.flags |= FRAME_PRECOMPILE;
    m->height -= o.count;
    ++m->pc;
    return begin_frame(m, &c);
}

// ---- creations

// keccak256(rlp([sender, nonce])) (Yellow Paper 7).
WARPEVM_CALL address20 create_address(address20 sender, ulong nonce) {
    uchar b[32];
    uint length = 0;
    for (ulong rest = nonce; rest != 0; rest >>= 8) ++length;
    const uint nonce_size = nonce < 0x80 ? 1 : length + 1;
    b[0] = (uchar)(0xc0 + 21 + nonce_size);
    b[1] = 0x80 + 20;
    for (uint i = 0; i < 20; ++i) b[2 + i] = (uchar)(sender.v[i / 4] >> (8 * (i % 4)));
    b[22] = (uchar)(nonce == 0 ? 0x80 : nonce < 0x80 ? nonce : 0x80 + length);
    if (nonce >= 0x80)
        for (uint i = 0; i < length; ++i) b[23 + i] = (uchar)(nonce >> (8 * (length - 1 - i)));
    return address_of_word(word_of_hash(keccak_short(b, 22 + nonce_size)));
}

// EIP-1014.
WARPEVM_CALL address20 create2_address(address20 sender, word salt, word code_hash) {
    uchar b[85];
    b[0] = 0xff;
    for (uint i = 0; i < 20; ++i) b[1 + i] = (uchar)(sender.v[i / 4] >> (8 * (i % 4)));
    for (uint i = 0; i < 32; ++i) b[21 + i] = (uchar)(salt.v[3 - i / 8] >> (56 - 8 * (i % 8)));
    for (uint i = 0; i < 32; ++i) b[53 + i] = (uchar)(code_hash.v[i / 8] >> (8 * (i % 8)));
    return address_of_word(word_of_hash(keccak_short(b, 85)));
}

// EIP-684 and EIP-7610: whether a contract may be created there.
WARPEVM_CALL uint is_unused(machine* m, uint index) {
    __global account_entry* a = account_at(m, index);
    if (observe_nonce(m, index) != 0) return 0;
    observe_code(m, index);
    if (has_code(a)) return 0;
    a->observed |= OBSERVED_STORAGE;
    return !(a->flags & ACCOUNT_HAD_STORAGE);
}

WARPEVM_CALL uint refuse_creation(machine* m, uint operands) {
    m->height -= operands;
    push(m, word_zero());
    ++m->pc;
    return STEP_SWITCHED;
}

WARPEVM_CALL uint op_create(machine* m, uint op) {
    const word value = top(m, 0);
    const word at = top(m, 1);
    const word size = top(m, 2);
    const uint operands = op == OP_CREATE2 ? 4 : 3;
    const uint self = m->frame->self;
    if (m->frame->flags & FRAME_STATIC) return STEP_FAILED;
    if (m->fork >= FORK_shanghai && word_saturated(size) > m->rules->max_initcode_size) return STEP_FAILED;
    uint step = need_memory(m, at, size);
    if (step != STEP_DONE) return step;
    const long per_word =
        price(m, PRICE_initcode_word) + (op == OP_CREATE2 ? price(m, PRICE_keccak_word) : 0);
    if (!charge(m, per_word * (long)words_of(size.v[0]))) return STEP_FAILED;

    if (m->lane->depth >= m->rules->max_depth || !can_pay(m, self, value)) {
        m->lane->output_size = 0;
        return refuse_creation(m, operands);
    }
    const ulong nonce = observe_nonce(m, self);
    if (nonce == ~0UL) {  // EIP-2681
        m->lane->output_size = 0;
        return refuse_creation(m, operands);
    }
    call c;
    c.code = memory_range(m, at, size);
    const address20 own = account_at(m, self)->address;
    word hash = word_zero();
    if (op == OP_CREATE2) step = keccak_in_parts(m, m->arena + c.code.at, c.code.size, &hash);
    if (step != STEP_DONE) return step;
    const address20 created =
        op == OP_CREATE2 ? create2_address(own, top(m, 3), hash) : create_address(own, nonce);
    uint index = WARPEVM_NONE;
    if (need_account(m, created, &index) != STEP_DONE) return STEP_LEFT;
    // Nothing parks from here on.
    m->lane->output_size = 0;
    c.gas = m->gas - m->gas / 64;
    m->gas -= c.gas;
    set_nonce(m, self, nonce + 1);
    warm_up(m, index);
    if (!is_unused(m, index)) return refuse_creation(m, operands);
    c.value = value;
    c.self = index;
    c.caller = self;
    c.code_account = index;
    c.flags = FRAME_CREATES;
    c.transfers = 1;
    c.input.space = SPACE_ARENA;
    c.input.image = 0;
    c.input.at = 0;
    c.input.size = 0;
    c.output_at = 0;
    c.output_size = 0;
    m->height -= operands;
    ++m->pc;
    return begin_frame(m, &c);
}

// EIP-150, 161, 2929, 3529, 6780.
WARPEVM_CALL uint op_selfdestruct(machine* m) {
    const uint self = m->frame->self;
    uint heir = WARPEVM_NONE;
    if (m->frame->flags & FRAME_STATIC) return STEP_FAILED;
    const uint step = access_account(m, address_of_word(top(m, 0)), price(m, PRICE_cold_account), 0, &heir);
    if (step != STEP_DONE) return step;
    const word balance = observe_balance(m, self);
    if (!word_is_zero(balance) && is_dead(m, heir) && !charge(m, price(m, PRICE_selfdestruct_new_account)))
        return STEP_FAILED;
    warm_up(m, heir);
    const uint vanishes = m->fork < FORK_cancun || (account_at(m, self)->flags & ACCOUNT_CREATED);
    if (self != heir || vanishes) {
        debit(m, self, balance);
        // To itself and vanishing: the ether is burned.
        if (self != heir) credit(m, heir, balance);
    } else {
        touch(m, self);
    }
    if (vanishes && !(account_at(m, self)->flags & ACCOUNT_DESTRUCTED)) {
        set_account_flag(m, self, ACCOUNT_DESTRUCTED);
        m->lane->refund += (ulong)price(m, PRICE_selfdestruct_refund);
    }
    m->output_size = 0;
    return STEP_SUCCEEDED;
}

#endif
