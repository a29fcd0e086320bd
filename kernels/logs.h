// SPDX-License-Identifier: Apache-2.0
// LOG0 to LOG4: entries, topics and data in columns of the lane, which a revert cuts back.
#ifndef WARPEVM_KERNELS_LOGS_H
#define WARPEVM_KERNELS_LOGS_H

#include "kernels/memory_ops.h"

WARPEVM_INLINE __global log_entry* log_at(const machine* m, uint index) {
    return (__global log_entry*)(m->arena + m->shape->logs_at) + index;
}
// A topic as 32 bytes in the order of memory.
WARPEVM_INLINE __global word* topic_at(const machine* m, uint index) {
    return (__global word*)(m->arena + m->shape->topics_at) + index;
}

WARPEVM_CALL uint op_log(machine* m, uint topics) {
    if (m->frame->flags & FRAME_STATIC) return STEP_FAILED;
    const word offset = top(m, 0);
    const word size = top(m, 1);
    const uint step = need_memory(m, offset, size);
    if (step != STEP_DONE) return step;
    if (!charge(m, price(m, PRICE_log_byte) * (long)size.v[0])) return STEP_FAILED;
    __global lane_record* lane = m->lane;
    const uint count = (uint)size.v[0];
    // Data begins at multiples of 8.
    const uint whole = (count + 7) / 8 * 8;
    if (lane->log_count >= m->shape->log_limit || topics > m->shape->topic_limit - lane->topic_count ||
        whole > m->shape->log_data_limit - lane->log_bytes)
        return escalate(m, STATUS_ESCALATE_logs);
    __global log_entry* log = log_at(m, lane->log_count++);
    log->account = m->frame->self;
    log->topic_count = topics;
    log->first_topic = lane->topic_count;
    log->data_at = lane->log_bytes;
    log->data_size = count;
    for (uint i = 0; i < topics; ++i) *topic_at(m, lane->topic_count++) = word_of_hash(top(m, 2 + i));
    copy_bytes(m, m->arena + m->shape->log_data_at + lane->log_bytes,
               m->memory + (count == 0 ? 0 : (uint)offset.v[0]), count);
    lane->log_bytes += whole;
    m->height -= 2 + topics;
    return STEP_DONE;
}

#endif
