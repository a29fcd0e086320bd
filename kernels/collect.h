// SPDX-License-Identifier: Apache-2.0
// A finished lane's result as the stream of exchange.h. One function writes it and tells its size, so that
// the two can't disagree.
#ifndef WARPEVM_KERNELS_COLLECT_H
#define WARPEVM_KERNELS_COLLECT_H

#include "kernels/envelope.h"
#include "kernels/logs.h"

typedef struct {
    __global uint* to;
    uint writes;  // a constant where it is inlined; 0: words are only counted
    uint size;
} result_stream;

WARPEVM_INLINE void put(result_stream* s, uint x) {
    if (s->writes) s->to[s->size] = x;
    ++s->size;
}
WARPEVM_INLINE void put_long(result_stream* s, ulong x) {
    put(s, (uint)x);
    put(s, (uint)(x >> 32));
}
WARPEVM_INLINE void put_word(result_stream* s, __global const word* w) {
    if (s->writes)
        for (uint i = 0; i < 4; ++i) {
            s->to[s->size + 2 * i] = (uint)w->v[i];
            s->to[s->size + 2 * i + 1] = (uint)(w->v[i] >> 32);
        }
    s->size += 8;
}
WARPEVM_INLINE void put_bytes(machine* m, result_stream* s, __global const uchar* from, uint size) {
    const uint words = (size + 3) / 4;
    if (s->writes && words != 0) {
        s->to[s->size + words - 1] = 0;
        copy_bytes(m, (__global uchar*)(s->to + s->size), from, size);
    }
    s->size += words;
}

// What was observed of the account, and what was done to it.
WARPEVM_INLINE uint said_of_account(__global const account_entry* a) {
    uint observed = a->observed;
    // The exact balance says more than any bound.
    if (observed & OBSERVED_BALANCE) observed &= ~(uint)OBSERVED_BELOW;
    if ((observed & OBSERVED_STORAGE) && (a->flags & ACCOUNT_HAD_STORAGE)) observed |= HAD_STORAGE;
    if ((observed & OBSERVED_EXISTENCE) && (a->flags & ACCOUNT_EXISTED)) observed |= EXISTED;
    const uint effects = (a->nonce != a->start_nonce ? WROTE_NONCE : 0) |
                         (!word_equal(a->code_hash, a->start_code_hash) ? WROTE_CODE : 0) |
                         (a->flags & (ACCOUNT_TOUCHED | ACCOUNT_STICKY_TOUCH) ? TOUCHED : 0) |
                         (a->flags & ACCOUNT_DESTRUCTED ? WIPED : 0);
    return observed | effects << RESULT_EFFECT_SHIFT |
           ((observed & OBSERVED_BALANCE) || !word_is_zero(a->at_least) ? RESULT_BALANCE : 0) |
           (!word_equal(a->balance, a->start_balance) ? RESULT_DELTA : 0);
}

WARPEVM_INLINE void put_account(result_stream* s, __global const account_entry* a) {
    const uint said = said_of_account(a);
    const uint effects = said >> RESULT_EFFECT_SHIFT;
    for (uint i = 0; i < 5; ++i) put(s, a->address.v[i]);
    put(s, said);
    if (said & RESULT_BALANCE) put_word(s, said & OBSERVED_BALANCE ? &a->start_balance : &a->at_least);
    if (said & OBSERVED_BELOW) put_word(s, &a->below);
    if (said & OBSERVED_CODE) put_word(s, &a->start_code_hash);
    if (said & OBSERVED_NONCE) put_long(s, a->start_nonce);
    if (said & RESULT_DELTA) {
        const word delta = word_sub(a->balance, a->start_balance);
        for (uint i = 0; i < 4; ++i) put_long(s, delta.v[i]);
    }
    if (effects & WROTE_CODE) put_word(s, &a->code_hash);
    if (effects & WROTE_NONCE) put_long(s, a->nonce);
}

WARPEVM_INLINE void put_slot(machine* m, result_stream* s, __global const slot_entry* slot) {
    const uint observed = (slot->flags & (SLOT_SEEN | SLOT_TRANSIENT)) == SLOT_SEEN;
    const uint written = slot_is_changed(m, slot);
    put(s, slot->account | (observed ? RESULT_SLOT_OBSERVED : 0) | (written ? RESULT_SLOT_WRITTEN : 0));
    put_word(s, &slot->key);
    if (observed) put_word(s, &slot->start);
    if (written) put_word(s, &slot->current);
}

WARPEVM_INLINE void put_log(machine* m, result_stream* s, __global const log_entry* log) {
    put(s, log->account);
    put(s, log->topic_count);
    put(s, log->data_size);
    for (uint i = 0; i < log->topic_count; ++i) put_word(s, topic_at(m, log->first_topic + i));
    put_bytes(m, s, m->arena + m->shape->log_data_at + log->data_at, log->data_size);
}

// How many words the lane's result is; they are written only if `writes` says so. Inlined, since each kernel
// calls it once, and of a count nothing but comparisons is left.
WARPEVM_INLINE uint put_result(machine* m, __global uint* to, uint writes) {
    __global const lane_record* lane = m->lane;
    __global const uint* account_uses = (__global const uint*)(m->arena + m->shape->account_uses_at);
    __global const uint* slot_uses = (__global const uint*)(m->arena + m->shape->slot_uses_at);
    result_stream s = {to, writes, 0};
    put_long(&s, lane->gas_used);
    put(&s, lane->flags);
    put(&s, lane->account_count);
    put(&s, lane->account_uses);
    put(&s, lane->slot_count);
    put(&s, lane->slot_uses);
    put(&s, lane->log_count);
    put(&s, lane->deployed_count);
    for (uint i = 0; i < lane->account_count; ++i) put_account(&s, account_at(m, i));
    for (uint i = 0; i < lane->account_uses; ++i) put(&s, account_uses[i]);
    for (uint i = 0; i < lane->slot_count; ++i) put_slot(m, &s, slot_at(m, i));
    for (uint i = 0; i < lane->slot_uses; ++i) put(&s, slot_uses[i]);
    for (uint i = 0; i < lane->log_count; ++i) put_log(m, &s, log_at(m, i));
    for (uint i = 0; i < lane->deployed_count; ++i) {
        __global const deployed_code* code = deployed_at(m, i);
        put_word(&s, &code->hash);
        put(&s, code->size);
        put_bytes(m, &s, m->arena + code->at, code->size);
    }
    if (lane->flags & LANE_IS_CALL) {
        put(&s, lane->output_size);
        put_bytes(m, &s, m->arena + m->shape->output_at, lane->output_size);
    }
    return s.size;
}

#endif
