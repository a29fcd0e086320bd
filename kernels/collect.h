// SPDX-License-Identifier: Apache-2.0
// A finished lane's result as the records of evm/types/records.h, at the places that the host gave it. Rows
// are keys by value: indices of the lane's accounts and slots.
#ifndef WARPEVM_KERNELS_COLLECT_H
#define WARPEVM_KERNELS_COLLECT_H

#include "kernels/envelope.h"
#include "kernels/logs.h"

WARPEVM_INLINE account_observation observation_of(__global const account_entry* a, uint row) {
    account_observation o;
    o.flags = a->observed;
    // The exact balance says more than any bound.
    if (o.flags & OBSERVED_BALANCE) o.flags &= ~(uint)OBSERVED_BELOW;
    o.balance = o.flags & OBSERVED_BALANCE ? a->start_balance : a->at_least;
    o.below = o.flags & OBSERVED_BELOW ? a->below : word_zero();
    o.code_hash = a->observed & OBSERVED_CODE ? a->start_code_hash : word_zero();
    o.nonce = a->observed & OBSERVED_NONCE ? a->start_nonce : 0;
    o.row = row;
    if ((o.flags & OBSERVED_STORAGE) && (a->flags & ACCOUNT_HAD_STORAGE)) o.flags |= HAD_STORAGE;
    if ((o.flags & OBSERVED_EXISTENCE) && (a->flags & ACCOUNT_EXISTED)) o.flags |= EXISTED;
    return o;
}

WARPEVM_INLINE account_effect effect_of(__global const account_entry* a, uint row) {
    account_effect e;
    const uint new_nonce = a->nonce != a->start_nonce;
    const uint new_code = !word_equal(a->code_hash, a->start_code_hash);
    e.delta = word_sub(a->balance, a->start_balance);
    e.code_hash = new_code ? a->code_hash : word_zero();
    e.nonce = new_nonce ? a->nonce : 0;
    e.row = row;
    e.flags = (new_nonce ? WROTE_NONCE : 0) | (new_code ? WROTE_CODE : 0) |
              (a->flags & (ACCOUNT_TOUCHED | ACCOUNT_STICKY_TOUCH) ? TOUCHED : 0) |
              (a->flags & ACCOUNT_DESTRUCTED ? WIPED : 0);
    return e;
}

WARPEVM_CALL void collect_accounts(machine* m, __global const result_place* place,
                                   __global const result_columns* at, __global uchar* results) {
    uint observed = place->account_observations;
    uint changed = place->account_effects;
    for (uint i = 0; i < m->lane->account_count; ++i) {
        __global const account_entry* a = account_at(m, i);
        const uint row = ROW_IS_NEW_KEY | (place->account_keys + i);
        ((__global address20*)(results + at->account_keys_at))[place->account_keys + i] = a->address;
        if (a->observed != 0 || !word_is_zero(a->at_least))
            ((__global account_observation*)(results + at->account_observations_at))[observed++] =
                observation_of(a, row);
        const account_effect e = effect_of(a, row);
        if (e.flags != 0 || !word_is_zero(e.delta))
            ((__global account_effect*)(results + at->account_effects_at))[changed++] = e;
    }
    for (uint i = 0; i < m->lane->account_uses; ++i)
        ((__global uint*)(results + at->accounts_read_at))[place->accounts_read + i] =
            ROW_IS_NEW_KEY |
            (place->account_keys + ((__global uint*)(m->arena + m->shape->account_uses_at))[i]);
}

WARPEVM_CALL void collect_slots(machine* m, __global const result_place* place,
                                __global const result_columns* at, __global uchar* results) {
    uint observed = place->slot_observations;
    uint changed = place->slot_effects;
    for (uint i = 0; i < m->lane->slot_count; ++i) {
        __global const slot_entry* s = slot_at(m, i);
        __global new_slot_key* key =
            (__global new_slot_key*)(results + at->slot_keys_at) + place->slot_keys + i;
        key->slot = s->key;
        key->account = place->account_keys + s->account;
        key->reserved = 0;
        slot_observation o;
        o.row = ROW_IS_NEW_KEY | (place->slot_keys + i);
        o.reserved = 0;
        o.value = s->start;
        if ((s->flags & (SLOT_SEEN | SLOT_TRANSIENT)) == SLOT_SEEN)
            ((__global slot_observation*)(results + at->slot_observations_at))[observed++] = o;
        slot_effect e;
        e.row = o.row;
        e.reserved = 0;
        e.value = s->current;
        if (slot_is_changed(m, s)) ((__global slot_effect*)(results + at->slot_effects_at))[changed++] = e;
    }
    for (uint i = 0; i < m->lane->slot_uses; ++i)
        ((__global uint*)(results + at->slots_read_at))[place->slots_read + i] =
            ROW_IS_NEW_KEY | (place->slot_keys + ((__global uint*)(m->arena + m->shape->slot_uses_at))[i]);
}

WARPEVM_CALL void collect_logs(machine* m, __global const result_place* place,
                               __global const result_columns* at, __global uchar* results) {
    for (uint i = 0; i < m->lane->log_count; ++i) {
        __global const log_entry* log = log_at(m, i);
        __global log_record* to = (__global log_record*)(results + at->logs_at) + place->logs + i;
        to->address = account_at(m, log->account)->address;
        to->topic_count = log->topic_count;
        to->first_topic = place->topics + log->first_topic;
        to->data_offset = (ulong)place->log_bytes + log->data_at;
        to->data_size = log->data_size;
    }
    for (uint i = 0; i < m->lane->topic_count; ++i)
        ((__global word*)(results + at->topics_at))[place->topics + i] = *topic_at(m, i);
    copy_bytes(m, results + at->log_bytes_at + place->log_bytes, m->arena + m->shape->log_data_at,
               m->lane->log_bytes);
}

WARPEVM_CALL void collect_codes(machine* m, __global const result_place* place,
                                __global const result_columns* at, __global uchar* results) {
    for (uint i = 0; i < m->lane->deployed_count; ++i) {
        __global deployed_code* to = (__global deployed_code*)(results + at->codes_at) + place->codes + i;
        to->hash = deployed_at(m, i)->hash;
        to->at = place->code_bytes + (deployed_at(m, i)->at - m->shape->deployed_bytes_at);
        to->size = deployed_at(m, i)->size;
    }
    copy_bytes(m, results + at->code_bytes_at + place->code_bytes, m->arena + m->shape->deployed_bytes_at,
               m->lane->deployed_bytes);
}

#endif
