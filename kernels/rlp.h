// SPDX-License-Identifier: Apache-2.0
// Walks RLP items (Yellow Paper, appendix B) as strictly as the host's codec. What is wrong sets `bad` and is
// not told further: the host says it better.
#ifndef WARPEVM_KERNELS_RLP_H
#define WARPEVM_KERNELS_RLP_H

#include "kernels/prelude.h"

// The bytes from `at` to `end` of a message, and whether all reads so far were right. Once one was not, reads
// do nothing.
typedef struct {
    __global const uchar* bytes;
    uint at;
    uint end;
    uint bad;
} rlp_reader;

// An item's payload.
typedef struct {
    uint is_list;
    uint start;
    uint size;
} rlp_item;

#define RLP_STRING 0x80
#define RLP_LIST 0xc0
// Payloads up to this length have it in the first byte.
#define RLP_SHORT 55

// The length in the `count` bytes at *at, which moves behind them; `bad` unless it is the shortest form.
WARPEVM_INLINE uint rlp_long_length(rlp_reader* in, uint count) {
    if (in->end - in->at < count || in->bytes[in->at] == 0 || count > 4) {
        in->bad = 1;  // no message has 2^32 bytes
        return 0;
    }
    uint length = 0;
    for (uint i = 0; i < count; ++i) length = length << 8 | in->bytes[in->at++];
    in->bad |= length <= RLP_SHORT;
    return length;
}

WARPEVM_CALL rlp_item rlp_next(rlp_reader* in) {
    rlp_item item = {0, in->at, 0};
    if (in->bad || in->at == in->end) {
        in->bad = 1;
        return item;
    }
    const uint first = in->bytes[in->at];
    if (first < RLP_STRING) {
        item.size = 1;
        ++in->at;
        return item;
    }
    const uint base = first < RLP_LIST ? RLP_STRING : RLP_LIST;
    item.is_list = base == RLP_LIST;
    uint size = first - base;
    ++in->at;
    if (size > RLP_SHORT) size = rlp_long_length(in, size - RLP_SHORT);
    if (in->bad || size > in->end - in->at) {
        in->bad = 1;
        return item;
    }
    item.start = in->at;
    item.size = size;
    // A byte below 0x80 is its own encoding and has no other.
    if (first == RLP_STRING + 1 && in->bytes[item.start] < RLP_STRING) in->bad = 1;
    in->at += size;
    return item;
}

WARPEVM_INLINE rlp_item rlp_string(rlp_reader* in) {
    const rlp_item item = rlp_next(in);
    in->bad |= item.is_list;
    return item;
}

// A list's items, for a reader of their own.
WARPEVM_INLINE rlp_reader rlp_list(rlp_reader* in) {
    const rlp_item item = rlp_next(in);
    in->bad |= !item.is_list;
    const rlp_reader inner = {in->bytes, item.start, item.start + item.size, in->bad};
    return inner;
}

// A number of at most `limit` bytes without leading zeros.
WARPEVM_INLINE rlp_item rlp_number(rlp_reader* in, uint limit) {
    const rlp_item item = rlp_string(in);
    if (!in->bad && (item.size > limit || (item.size > 0 && in->bytes[item.start] == 0))) in->bad = 1;
    return item;
}

WARPEVM_INLINE void rlp_fixed(rlp_reader* in, uint size) {
    const rlp_item item = rlp_string(in);
    in->bad |= item.size != size;
}

// Word `index` of a number, counted from the least significant, 0 to 3.
WARPEVM_INLINE ulong rlp_number_word(const rlp_reader* in, rlp_item item, uint index) {
    ulong word = 0;
    for (uint i = 8 * index; i < item.size && i < 8 * index + 8; ++i)
        word |= (ulong)in->bytes[item.start + item.size - 1 - i] << (8 * (i - 8 * index));
    return word;
}

#endif
