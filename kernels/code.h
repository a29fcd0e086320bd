// SPDX-License-Identifier: Apache-2.0
// Codes by reference, delegations (EIP-7702), and which positions may be jumped to (Yellow Paper 9.4.3).
#ifndef WARPEVM_KERNELS_CODE_H
#define WARPEVM_KERNELS_CODE_H

#include "kernels/accounts.h"
#include "kernels/memory_ops.h"

#define DESIGNATOR_SIZE 23

typedef struct {
    uint space;
    uint at;
    uint size;
    uint image;  // 0: there is none
} byte_range;

WARPEVM_INLINE uint jumps_after(uint at, uint size) {
    return (at + size + 7) / 8 * 8;
}

WARPEVM_INLINE __global deployed_code* deployed_at(const machine* m, uint index) {
    return (__global deployed_code*)(m->arena + m->shape->deployed_at) + index;
}

// That of the lane's family.
WARPEVM_INLINE uint image_of_code(const machine* m, uint code) {
    uint at = m->given->code_records[code].image;
    while (at != 0) {
        __global const image_header* image = (__global const image_header*)(m->given->codes + at);
        if (image->family == m->rules->family) return at;
        at = image->next;
    }
    return 0;
}

// Of a code that is loaded.
WARPEVM_CALL byte_range code_bytes(const machine* m, uint code) {
    byte_range r = {SPACE_CODES, 0, 0, 0};
    if (code == CODE_EMPTY || code == CODE_NOT_LOADED) return r;
    if (code & CODE_DEPLOYED) {
        __global const deployed_code* d = deployed_at(m, code & ~(uint)CODE_DEPLOYED);
        r.space = SPACE_ARENA;
        r.at = d->at;
        r.size = d->size;
    } else {
        r.at = m->given->code_records[code].at;
        r.size = m->given->code_records[code].size;
        r.image = image_of_code(m, code);
    }
    return r;
}

// The account's code, once the host has given its bytes.
WARPEVM_CALL uint need_code(machine* m, uint account, uint* code) {
    observe_code(m, account);
    *code = account_at(m, account)->code;
    if (*code != CODE_NOT_LOADED) return STEP_DONE;
    m->lane->need.key = account_at(m, account)->code_hash;
    m->lane->need.at = account;
    return park(m, STATUS_NEED_code);
}

// Whether the code is a delegation designator, and to whom.
WARPEVM_CALL uint delegation_of(const machine* m, uint code, address20* to) {
    const byte_range r = code_bytes(m, code);
    if (r.size != DESIGNATOR_SIZE) return 0;
    __global const uchar* b = bytes_at(m, r.space, r.at);
    if (b[0] != 0xef || b[1] != 0x01 || b[2] != 0x00) return 0;
    for (uint i = 0; i < 5; ++i)
        to->v[i] = (uint)b[3 + 4 * i] | (uint)b[4 + 4 * i] << 8 | (uint)b[5 + 4 * i] << 16 |
                   (uint)b[6 + 4 * i] << 24;
    return 1;
}

// The code that a call to the account runs: its own, or what it delegates to. A delegation to a precompile
// runs empty code, and one to another delegation its designator.
WARPEVM_CALL uint executable_code(machine* m, uint account, uint* code) {
    uint step = need_code(m, account, code);
    address20 to;
    if (step != STEP_DONE || m->fork < FORK_prague || !delegation_of(m, *code, &to)) return step;
    if (is_precompile(m, to)) {
        *code = CODE_EMPTY;
        return STEP_DONE;
    }
    uint delegate;
    step = need_account(m, to, &delegate);
    return step == STEP_DONE ? need_code(m, delegate, code) : step;
}

// ---- jump destinations: a bit a byte of the code

// Puts the bits of the positions before `end` that are not there yet. `skip`: how many positions from `from`
// on are data of a PUSH; answers the same of `end`.
WARPEVM_CALL uint find_jumps(__global const uchar* code, __global uchar* bits, uint from, uint end,
                             uint skip) {
    for (uint i = from; i < end; ++i) {
        if (i % 8 == 0) bits[i / 8] = 0;
        if (skip > 0) {
            --skip;
            continue;
        }
        const uint op = code[i];
        if (op == OP_JUMPDEST) bits[i / 8] |= (uchar)(1U << (i % 8));
        if (op >= OP_PUSH1 && op <= OP_PUSH32) skip = op - OP_PUSH1 + 1;
    }
    return skip;
}

// Init code is looked through no farther than somebody jumps.
WARPEVM_CALL void find_jumps_up_to(machine* m, uint position) {
    __global frame_record* f = m->frame;
    // Whole bytes at a time, and more than a few.
    const uint end = min(m->code_size, (position / 64 + 1) * 64);
    f->jumps_skip = find_jumps(m->code, m->arena + f->jumps_at, f->jumps_found, end, f->jumps_skip);
    m->work += (end - f->jumps_found) / 8;
    f->jumps_found = end;
}

WARPEVM_CALL uint jump_to(machine* m, word target) {
    if (word_saturated(target) >= m->code_size) return STEP_FAILED;
    const uint position = (uint)target.v[0];
    __global frame_record* f = m->frame;
    if ((f->flags & FRAME_LAZY_JUMPS) && position >= f->jumps_found) find_jumps_up_to(m, position);
    __global const uchar* bits = bytes_at(m, f->jumps_space, f->jumps_at);
    if (!(bits[position / 8] >> (position % 8) & 1)) return STEP_FAILED;
    m->pc = position;
    return STEP_DONE;
}

#endif
