// SPDX-License-Identifier: Apache-2.0
// Memory, copies and hashes: charge before anything is touched, and let out of gas come before the arena's
// limits.
#ifndef WARPEVM_KERNELS_MEMORY_OPS_H
#define WARPEVM_KERNELS_MEMORY_OPS_H

#include "kernels/keccak.h"
#include "kernels/machine.h"

// More memory costs more than the largest amount of gas there is.
#define MAX_MEMORY (((1UL << 36) - 768) * 32)

// Bytes, a multiple of 32, that are cleared before the work is looked at.
#define CLEARED_AT_ONCE 1024

// Yellow Paper H.1, C_mem; of at most MAX_MEMORY / 32 words.
WARPEVM_INLINE long memory_gas(ulong words) {
    // The square's low 9 bits are lost: (a * 2^16 + b)^2 / 512 in parts that fit 64 bits.
    const ulong square =
        words >> 32 == 0 ? words * words >> 9 : words * words >> 9 | mul_hi(words, words) << 55;
    return (long)(3 * words + square);
}

WARPEVM_INLINE ulong words_of(ulong bytes) {
    return (bytes + 31) / 32;
}

// Makes memory reach `end`, at most 2 * MAX_MEMORY.
WARPEVM_CALL uint grow_memory(machine* m, ulong end) {
    if (end > MAX_MEMORY) return STEP_FAILED;
    const ulong words = words_of(end);
    if (!charge(m, memory_gas(words) - memory_gas(m->memory_size / 32))) return STEP_FAILED;
    if (m->frame->memory_base + words * 32 > m->shape->memory_limit)
        return escalate(m, STATUS_ESCALATE_memory);
    const uint size = (uint)words * 32;
    __global frame_record* f = m->frame;
    uint cleared = max(f->memory_cleared, m->memory_size);
    while (cleared < size) {
        const uint part = min(size - cleared, (uint)CLEARED_AT_ONCE);
        __global ulong* fresh = (__global ulong*)(m->memory + cleared);
        for (uint i = 0; i < part / 8; ++i) fresh[i] = 0;
        m->work += part / 32;
        cleared += part;
        f->memory_cleared = cleared;
        if (cleared < size && m->work >= m->budget) return pause(m);
    }
    m->memory_size = size;
    return STEP_DONE;
}

// A region given by stack operands; one of size zero touches nothing.
WARPEVM_INLINE uint need_memory(machine* m, word offset, word size) {
    if (word_is_zero(size)) return STEP_DONE;
    if (word_saturated(offset) > MAX_MEMORY || word_saturated(size) > MAX_MEMORY) return STEP_FAILED;
    const ulong end = offset.v[0] + size.v[0];
    return end <= m->memory_size ? (uint)STEP_DONE : grow_memory(m, end);
}

WARPEVM_CALL void copy_bytes(machine* m, __global uchar* to, __global const uchar* from, uint size) {
    uint i = 0;
    for (; i + 8 <= size; i += 8) store8(to + i, load8(from + i));
    for (; i < size; ++i) to[i] = from[i];
    m->work += size / 32;
}
WARPEVM_CALL void clear_bytes(machine* m, __global uchar* to, uint size) {
    for (uint i = 0; i < size; ++i) to[i] = 0;
    m->work += size / 32;
}

// What copying costs: the growth, and each word.
WARPEVM_INLINE uint charge_copy(machine* m, word to, word size) {
    const uint step = need_memory(m, to, size);
    if (step != STEP_DONE) return step;
    return charge(m, price(m, PRICE_copy_word) * (long)words_of(size.v[0])) ? STEP_DONE : STEP_FAILED;
}

// Copies from `source`, zeros beyond its end, what was charged for.
WARPEVM_CALL void copy_paid(machine* m, __global const uchar* source, uint source_size, word to, word from,
                            word size) {
    if (word_is_zero(size)) return;
    const uint count = (uint)size.v[0];
    const uint begin = word_saturated(from) < source_size ? (uint)from.v[0] : source_size;
    const uint available = min(count, source_size - begin);
    copy_bytes(m, m->memory + to.v[0], source + begin, available);
    clear_bytes(m, m->memory + to.v[0] + available, count - available);
}

// CALLDATACOPY, CODECOPY.
WARPEVM_CALL uint op_copy(machine* m, __global const uchar* source, uint source_size) {
    const word to = top(m, 0);
    const word from = top(m, 1);
    const word size = top(m, 2);
    const uint step = charge_copy(m, to, size);
    if (step != STEP_DONE) return step;
    copy_paid(m, source, source_size, to, from, size);
    m->height -= 3;
    return STEP_DONE;
}

// EIP-211: reading past the end of the return data is an exceptional halt.
WARPEVM_CALL uint op_returndatacopy(machine* m) {
    const word from = top(m, 1);
    const word size = top(m, 2);
    const uint available = m->lane->output_size;
    if (word_saturated(from) > available || word_saturated(size) > available - from.v[0]) return STEP_FAILED;
    return op_copy(m, m->arena + m->shape->output_at, available);
}

// EIP-5656.
WARPEVM_CALL uint op_mcopy(machine* m) {
    const word to = top(m, 0);
    const word from = top(m, 1);
    const word size = top(m, 2);
    const uint step = need_memory(m, word_less(to, from) ? from : to, size);
    if (step != STEP_DONE) return step;
    if (!charge(m, price(m, PRICE_copy_word) * (long)words_of(size.v[0]))) return STEP_FAILED;
    if (!word_is_zero(size)) {
        __global uchar* target = m->memory + to.v[0];
        __global const uchar* source = m->memory + from.v[0];
        const uint count = (uint)size.v[0];
        if (from.v[0] >= to.v[0]) {
            for (uint i = 0; i < count; ++i) target[i] = source[i];
        } else {
            for (uint i = count; i-- > 0;) target[i] = source[i];
        }
        m->work += count / 32;
    }
    m->height -= 3;
    return STEP_DONE;
}

WARPEVM_CALL uint op_mload(machine* m) {
    const word offset = top(m, 0);
    const uint step = need_memory(m, offset, word_of(32));
    if (step != STEP_DONE) return step;
    set_top(m, 0, load_word(m->memory + offset.v[0]));
    return STEP_DONE;
}
WARPEVM_CALL uint op_mstore(machine* m) {
    const word offset = top(m, 0);
    const uint step = need_memory(m, offset, word_of(32));
    if (step != STEP_DONE) return step;
    store_word(m->memory + offset.v[0], top(m, 1));
    m->height -= 2;
    return STEP_DONE;
}
WARPEVM_CALL uint op_mstore8(machine* m) {
    const word offset = top(m, 0);
    const uint step = need_memory(m, offset, word_of(1));
    if (step != STEP_DONE) return step;
    m->memory[offset.v[0]] = (uchar)top(m, 1).v[0];
    m->height -= 2;
    return STEP_DONE;
}

WARPEVM_CALL word load_padded(__global const uchar* source, uint source_size, word offset) {
    if (word_saturated(offset) >= source_size) return word_zero();
    const uint begin = (uint)offset.v[0];
    if (source_size - begin >= 32) return load_word(source + begin);
    word r = word_zero();
    for (uint i = 0; i < source_size - begin; ++i)
        r.v[3 - i / 8] |= (ulong)source[begin + i] << (56 - 8 * (i % 8));
    return r;
}

// ---- hashes, as 32 bytes in the order of memory

// Absorbs what is left, fewer than KECCAK_RATE bytes, and its padding.
WARPEVM_INLINE word keccak_end(ulong* a, __global const uchar* bytes, uint size) {
    uint w = 0;
    for (; size >= 8; size -= 8, bytes += 8) a[w++] ^= load8(bytes);
    ulong last = 1UL << (8 * size);
    for (uint i = 0; i < size; ++i) last |= (ulong)bytes[i] << (8 * i);
    a[w] ^= last;
    a[KECCAK_RATE_WORDS - 1] ^= KECCAK_LAST_BIT;
    keccak_permute(a);
    const word hash = {{a[0], a[1], a[2], a[3]}};
    return hash;
}

WARPEVM_CALL word keccak_bytes(machine* m, __global const uchar* bytes, uint size) {
    ulong a[KECCAK_STATE_WORDS] = {0};
    m->work += size / 32 + 4;
    for (; size >= KECCAK_RATE; size -= KECCAK_RATE, bytes += KECCAK_RATE) {
        for (uint w = 0; w < KECCAK_RATE_WORDS; ++w) a[w] ^= load8(bytes + 8 * w);
        keccak_permute(a);
    }
    return keccak_end(a, bytes, size);
}

// The same, but in as many launches as it takes.
WARPEVM_CALL uint keccak_in_parts(machine* m, __global const uchar* bytes, uint size, word* hash) {
    __global lane_record* lane = m->lane;
    ulong a[KECCAK_STATE_WORDS];
    uint at = lane->hashed;
    for (uint w = 0; w < KECCAK_STATE_WORDS; ++w) a[w] = at == 0 ? 0 : lane->hash_state[w];
    while (size - at >= KECCAK_RATE) {
        for (uint w = 0; w < KECCAK_RATE_WORDS; ++w) a[w] ^= load8(bytes + at + 8 * w);
        keccak_permute(a);
        at += KECCAK_RATE;
        m->work += KECCAK_RATE / 32;
        if (m->work < m->budget) continue;
        for (uint w = 0; w < KECCAK_STATE_WORDS; ++w) lane->hash_state[w] = a[w];
        lane->hashed = at;
        return pause(m);
    }
    lane->hashed = 0;
    *hash = keccak_end(a, bytes + at, size - at);
    return STEP_DONE;
}

// Of fewer than KECCAK_RATE bytes in registers.
WARPEVM_CALL word keccak_short(const uchar* bytes, uint size) {
    ulong a[KECCAK_STATE_WORDS] = {0};
    for (uint i = 0; i < size; ++i) a[i / 8] |= (ulong)bytes[i] << (8 * (i % 8));
    a[size / 8] |= 1UL << (8 * (size % 8));
    a[KECCAK_RATE_WORDS - 1] ^= KECCAK_LAST_BIT;
    keccak_permute(a);
    const word hash = {{a[0], a[1], a[2], a[3]}};
    return hash;
}

WARPEVM_CALL uint op_keccak256(machine* m) {
    const word offset = top(m, 0);
    const word size = top(m, 1);
    uint step = need_memory(m, offset, size);
    if (step != STEP_DONE) return step;
    if (!charge(m, price(m, PRICE_keccak_word) * (long)words_of(size.v[0]))) return STEP_FAILED;
    const uint at = word_is_zero(size) ? 0 : (uint)offset.v[0];
    word hash;
    step = keccak_in_parts(m, m->memory + at, (uint)size.v[0], &hash);
    if (step != STEP_DONE) return step;
    finish_operands(m, 1, word_of_hash(hash));
    return STEP_DONE;
}

#endif
