// SPDX-License-Identifier: Apache-2.0
// Accounts and slots of a lane by index, and the log that takes back what a frame did to them: one entry per
// account or slot and frame, however often the frame changes it.
#ifndef WARPEVM_KERNELS_UNDO_H
#define WARPEVM_KERNELS_UNDO_H

#include "kernels/machine.h"

WARPEVM_INLINE __global account_entry* account_at(const machine* m, uint index) {
    return (__global account_entry*)(m->arena + m->shape->accounts_at) + index;
}
WARPEVM_INLINE __global slot_entry* slot_at(const machine* m, uint index) {
    return (__global slot_entry*)(m->arena + m->shape->slots_at) + index;
}
WARPEVM_INLINE __global undo_entry* undo_at(const machine* m, uint index) {
    return (__global undo_entry*)(m->arena + m->shape->undo_at) + index;
}

// Room for one more entry, or null where there is none.
WARPEVM_INLINE __global undo_entry* new_undo(machine* m) {
    if (m->lane->undo_count >= m->shape->undo_limit) {
        escalate(m, STATUS_ESCALATE_undo);
        return 0;
    }
    return undo_at(m, m->lane->undo_count++);
}

// Before the running frame changes the account.
WARPEVM_CALL void save_account(machine* m, uint index) {
    __global account_entry* a = account_at(m, index);
    if (a->checkpoint == m->frame->checkpoint) return;
    __global undo_entry* u = new_undo(m);
    if (u == 0) return;
    u->value = a->balance;
    u->code_hash = a->code_hash;
    u->nonce = a->nonce;
    u->index = index;
    u->flags = a->flags;
    u->code = a->code;
    u->checkpoint = a->checkpoint;
    a->checkpoint = m->frame->checkpoint;
}

WARPEVM_CALL void save_slot(machine* m, uint index) {
    __global slot_entry* s = slot_at(m, index);
    if (s->checkpoint == m->frame->checkpoint) return;
    __global undo_entry* u = new_undo(m);
    if (u == 0) return;
    u->value = s->current;
    u->index = index | UNDO_SLOT;
    u->flags = s->flags;
    u->checkpoint = s->checkpoint;
    s->checkpoint = m->frame->checkpoint;
}

WARPEVM_INLINE void undo_account(machine* m, __global const undo_entry* u) {
    __global account_entry* a = account_at(m, u->index);
    a->balance = u->value;
    a->nonce = u->nonce;
    // A code that was only loaded meanwhile stays loaded.
    if (!word_equal(a->code_hash, u->code_hash)) a->code = u->code;
    a->code_hash = u->code_hash;
    a->flags = (a->flags & ~(uint)ACCOUNT_REVERTIBLE) | (u->flags & ACCOUNT_REVERTIBLE);
    a->checkpoint = u->checkpoint;
}

WARPEVM_INLINE void undo_slot(machine* m, __global const undo_entry* u) {
    __global slot_entry* s = slot_at(m, u->index & ~(uint)UNDO_SLOT);
    s->current = u->value;
    // SLOT_WRITTEN may stay: what is as it was is no effect.
    s->flags = (s->flags & ~(uint)SLOT_WARM) | (u->flags & SLOT_WARM);
    s->checkpoint = u->checkpoint;
}

// Takes back everything since the log had `count` entries.
WARPEVM_CALL void undo_to(machine* m, uint count) {
    while (m->lane->undo_count > count) {
        __global const undo_entry* u = undo_at(m, --m->lane->undo_count);
        if (u->index & UNDO_SLOT)
            undo_slot(m, u);
        else
            undo_account(m, u);
        ++m->work;
    }
}

#endif
