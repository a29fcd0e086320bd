// SPDX-License-Identifier: Apache-2.0
// Storage slots and transient ones (EIP-1153), with what reading and writing them costs (EIP-1283, 2200,
// 2929, 3529). A slot is copied when it is first read; transient slots begin as zero.
#ifndef WARPEVM_KERNELS_STORAGE_H
#define WARPEVM_KERNELS_STORAGE_H

#include "kernels/accounts.h"

WARPEVM_INLINE uint slot_place(const machine* m, uint account, word key, uint kind) {
    ulong h = m->given->seed ^ account ^ (ulong)kind << 32;
    for (uint i = 0; i < 4; ++i) h = mix_bits(h ^ key.v[i]);
    return (uint)h;
}
WARPEVM_INLINE __global uint* slot_table(const machine* m) {
    return (__global uint*)(m->arena + m->shape->slot_table_at);
}

// The index of a slot; `kind` is 0 or SLOT_TRANSIENT. Where it is not there: WARPEVM_NONE, and *place is
// where it would go.
WARPEVM_CALL uint find_slot(const machine* m, uint account, word key, uint kind, uint* place) {
    const uint mask = m->shape->slot_table_mask;
    __global const uint* table = slot_table(m);
    uint at = slot_place(m, account, key, kind) & mask;
    for (; table[at] != 0; at = (at + 1) & mask) {
        __global const slot_entry* s = slot_at(m, table[at] - 1);
        if (s->account == account && (s->flags & SLOT_TRANSIENT) == kind && word_equal(s->key, key))
            return table[at] - 1;
    }
    *place = at;
    return WARPEVM_NONE;
}

// The same, but makes a slot that is not there. WARPEVM_NONE: no room; the lane escalates.
WARPEVM_CALL uint make_slot(machine* m, uint account, word key, uint kind) {
    uint place;
    const uint known = find_slot(m, account, key, kind, &place);
    if (known != WARPEVM_NONE) return known;
    const uint index = m->lane->slot_count;
    if (index >= m->shape->slot_limit) {
        escalate(m, STATUS_ESCALATE_slots);
        return WARPEVM_NONE;
    }
    ++m->lane->slot_count;
    __global slot_entry* s = slot_at(m, index);
    s->key = key;
    s->current = word_zero();
    s->start = word_zero();
    s->account = account;
    s->flags = kind | (kind ? SLOT_LOADED : 0);
    s->checkpoint = 0;
    s->reserved = 0;
    slot_table(m)[place] = index + 1;
    return index;
}

// Makes the slot's values known. Slots of an account that was not there are zero without asking.
WARPEVM_CALL uint read_slot(machine* m, uint index) {
    __global slot_entry* s = slot_at(m, index);
    if (s->flags & SLOT_SEEN) return STEP_DONE;
    const uint existed = account_at(m, s->account)->flags & ACCOUNT_EXISTED;
    if (existed && !(s->flags & SLOT_LOADED)) {
        m->lane->need.address = account_at(m, s->account)->address;
        m->lane->need.key = s->key;
        m->lane->need.at = index;
        return park(m, STATUS_NEED_slot);
    }
    s->flags |= SLOT_SEEN;
    if (existed) ((__global uint*)(m->arena + m->shape->slot_uses_at))[m->lane->slot_uses++] = index;
    return STEP_DONE;
}

WARPEVM_CALL void set_slot(machine* m, uint index, word value) {
    if (word_equal(slot_at(m, index)->current, value)) return;
    save_slot(m, index);
    slot_at(m, index)->current = value;
    slot_at(m, index)->flags |= SLOT_WRITTEN;
}

WARPEVM_INLINE uint slot_is_warm(const machine* m, uint index) {
    return slot_at(m, index)->flags & SLOT_WARM;
}
WARPEVM_INLINE void warm_slot(machine* m, uint index) {
    if (m->fork < FORK_berlin || slot_is_warm(m, index)) return;
    save_slot(m, index);
    slot_at(m, index)->flags |= SLOT_WARM;
}

WARPEVM_CALL uint op_sload(machine* m) {
    uint place;
    const word key = top(m, 0);
    uint slot = find_slot(m, m->frame->self, key, 0, &place);
    const uint cold = slot == WARPEVM_NONE || !slot_is_warm(m, slot);
    if (m->fork >= FORK_berlin && cold && !charge(m, price(m, PRICE_cold_slot) - price(m, PRICE_warm_access)))
        return STEP_FAILED;
    if (slot == WARPEVM_NONE) slot = make_slot(m, m->frame->self, key, 0);
    if (slot == WARPEVM_NONE) return STEP_LEFT;
    const uint step = read_slot(m, slot);
    if (step != STEP_DONE) return step;
    warm_slot(m, slot);
    set_top(m, 0, slot_at(m, slot)->current);
    return STEP_DONE;
}

// Gas of a store with net metering; its refund, which may be negative, is added to *refund.
WARPEVM_CALL long net_metered(const machine* m, __global const slot_entry* s, word value, long* refund) {
    const long noop = price(m, PRICE_sstore_noop);
    const long clear = price(m, PRICE_sstore_clear_refund);
    const uint was_zero = word_is_zero(s->start);
    if (word_equal(s->current, value)) return noop;
    if (word_equal(s->start, s->current)) {
        if (was_zero) return price(m, PRICE_sstore_set);
        if (word_is_zero(value)) *refund += clear;
        return price(m, PRICE_sstore_reset);
    }
    if (!was_zero) {
        if (word_is_zero(s->current)) *refund -= clear;
        if (word_is_zero(value)) *refund += clear;
    }
    if (word_equal(s->start, value))
        *refund += price(m, was_zero ? PRICE_sstore_set : PRICE_sstore_reset) - noop;
    return noop;
}

WARPEVM_CALL long sstore_gas(const machine* m, __global const slot_entry* s, word value, long* refund) {
    if (m->fork == FORK_constantinople || m->fork >= FORK_istanbul) return net_metered(m, s, value, refund);
    const uint was_zero = word_is_zero(s->current);
    if (!was_zero && word_is_zero(value)) *refund += price(m, PRICE_sstore_clear_refund);
    return price(m, was_zero && !word_is_zero(value) ? PRICE_sstore_set : PRICE_sstore_reset);
}

WARPEVM_CALL uint op_sstore(machine* m) {
    if (m->frame->flags & FRAME_STATIC) return STEP_FAILED;
    // EIP-1706: a call with a stipend only can't store.
    if (m->fork >= FORK_istanbul && m->gas <= price(m, PRICE_call_stipend)) return STEP_FAILED;
    uint place;
    const word key = top(m, 0);
    const word value = top(m, 1);
    uint slot = find_slot(m, m->frame->self, key, 0, &place);
    const uint cold = slot == WARPEVM_NONE || !slot_is_warm(m, slot);
    if (m->fork >= FORK_berlin && cold && !charge(m, price(m, PRICE_cold_slot))) return STEP_FAILED;
    // Charge before reading: the price depends on the value, but it is known to be at least this.
    const uint net = m->fork == FORK_constantinople || m->fork >= FORK_istanbul;
    if (m->gas < price(m, net ? PRICE_sstore_noop : PRICE_sstore_reset)) return STEP_FAILED;
    if (slot == WARPEVM_NONE) slot = make_slot(m, m->frame->self, key, 0);
    if (slot == WARPEVM_NONE) return STEP_LEFT;
    const uint step = read_slot(m, slot);
    if (step != STEP_DONE) return step;
    long refund = 0;
    const long gas = sstore_gas(m, slot_at(m, slot), value, &refund);
    if (!charge(m, gas)) return STEP_FAILED;
    warm_slot(m, slot);
    m->lane->refund += (ulong)refund;
    set_slot(m, slot, value);
    m->height -= 2;
    return STEP_DONE;
}

WARPEVM_CALL uint op_tload(machine* m) {
    uint place;
    const uint slot = find_slot(m, m->frame->self, top(m, 0), SLOT_TRANSIENT, &place);
    set_top(m, 0, slot == WARPEVM_NONE ? word_zero() : slot_at(m, slot)->current);
    return STEP_DONE;
}
WARPEVM_CALL uint op_tstore(machine* m) {
    if (m->frame->flags & FRAME_STATIC) return STEP_FAILED;
    const uint slot = make_slot(m, m->frame->self, top(m, 0), SLOT_TRANSIENT);
    if (slot == WARPEVM_NONE) return STEP_LEFT;
    set_slot(m, slot, top(m, 1));
    m->height -= 2;
    return STEP_DONE;
}

#endif
