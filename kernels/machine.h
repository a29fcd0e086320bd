// SPDX-License-Identifier: Apache-2.0
// A running lane: where its parts are, its registers, and how functions end a step. Every function that can
// do so answers a step; whoever gets another than STEP_DONE passes it on and changes nothing more.
#ifndef WARPEVM_KERNELS_MACHINE_H
#define WARPEVM_KERNELS_MACHINE_H

#include "kernels/word_evaluate.h"

enum machine_step {
    STEP_DONE,
    STEP_FAILED,     // exceptional halt: the frame ends and its gas is gone
    STEP_SUCCEEDED,  // the frame ends with an output (output_at, output_size in its memory)
    STEP_REVERTED,   // likewise
    STEP_SWITCHED,   // another frame runs now
    STEP_LEFT        // the lane parks, escalates or is finished: its status says which
};

// What the host gives all lanes of a launch.
typedef struct {
    __global lane_record* lanes;
    __global uchar* arenas;
    __global const lane_shape* shape;
    __global const uchar* inputs;
    __global const uchar* answers;
    __global const code_record* code_records;
    __global const uchar* codes;
    __global const environment_record* environments;
    __global const fork_record* forks;
    __global const hash_window* hashes;
    ulong seed;
} tables;

typedef struct {
    const tables* given;
    __global lane_record* lane;
    __global uchar* arena;
    __global const lane_shape* shape;
    __global const environment_record* environment;
    __global const fork_record* rules;
    // The running frame.
    __global frame_record* frame;
    __global word* stack;    // its bottom
    __global uchar* memory;  // its begin
    __global const uchar* code;
    long gas;
    uint pc;
    uint height;
    uint memory_size;  // a multiple of 32
    uint code_size;
    uint image;  // the frame's
    // What RETURN and REVERT leave.
    uint output_at;
    uint output_size;
    uint fork;
    uint work;       // done in this launch: an instruction, or a word moved or hashed
    uint budget;     // how much of it may be done
    uint escalated;  // what follows means nothing
} machine;

// Ends the lane without effect. Later reasons don't replace the first.
WARPEVM_INLINE uint escalate(machine* m, uint status) {
    if (!m->escalated) m->lane->status = status;
    m->escalated = 1;
    return STEP_LEFT;
}

// The lane asks the host for something. The instruction starts anew when it has been answered.
WARPEVM_INLINE uint park(machine* m, uint status) {
    if (!m->escalated) m->lane->status = status;
    return STEP_LEFT;
}

// The launch's work is done in the middle of an instruction, which starts anew in the next one and finds how
// far it came.
WARPEVM_INLINE uint pause(machine* m) {
    return park(m, STATUS_PAUSED);
}

WARPEVM_INLINE __global const uchar* bytes_at(const machine* m, uint space, uint at) {
    if (space == SPACE_ARENA) return m->arena + at;
    if (space == SPACE_INPUTS) return m->given->inputs + at;
    if (space == SPACE_CODES) return m->given->codes + at;
    return m->given->answers + at;
}

// ---- the stack: 0 is the topmost word

WARPEVM_INLINE word top(const machine* m, uint depth) {
    return m->stack[m->height - 1 - depth];
}
WARPEVM_INLINE void set_top(machine* m, uint depth, word value) {
    m->stack[m->height - 1 - depth] = value;
}
// Drops `count` words and replaces the one below them.
WARPEVM_INLINE void finish_operands(machine* m, uint count, word result) {
    m->height -= count;
    set_top(m, 0, result);
}
// The dispatch has checked that there is room.
WARPEVM_INLINE void push(machine* m, word value) {
    m->stack[m->height++] = value;
}

// ---- bytes

WARPEVM_INLINE ulong load8(__global const uchar* p) {
    return (ulong)p[0] | (ulong)p[1] << 8 | (ulong)p[2] << 16 | (ulong)p[3] << 24 | (ulong)p[4] << 32 |
           (ulong)p[5] << 40 | (ulong)p[6] << 48 | (ulong)p[7] << 56;
}
WARPEVM_INLINE void store8(__global uchar* p, ulong x) {
    for (uint i = 0; i < 8; ++i) p[i] = (uchar)(x >> (8 * i));
}
// 32 bytes, most significant first.
WARPEVM_INLINE word load_word(__global const uchar* p) {
    const word r = {
        {byte_swap(load8(p + 24)), byte_swap(load8(p + 16)), byte_swap(load8(p + 8)), byte_swap(load8(p))}};
    return r;
}
WARPEVM_INLINE void store_word(__global uchar* p, word a) {
    store8(p, byte_swap(a.v[3]));
    store8(p + 8, byte_swap(a.v[2]));
    store8(p + 16, byte_swap(a.v[1]));
    store8(p + 24, byte_swap(a.v[0]));
}
// The number that 32 bytes in the order of memory are, and back.
WARPEVM_INLINE word word_of_hash(word h) {
    const word r = {{byte_swap(h.v[3]), byte_swap(h.v[2]), byte_swap(h.v[1]), byte_swap(h.v[0])}};
    return r;
}
WARPEVM_INLINE uint swap4(uint x) {
    x = (x & 0x00ff00ffU) << 8 | (x >> 8 & 0x00ff00ffU);
    return x << 16 | x >> 16;
}
WARPEVM_INLINE word word_of_address(address20 a) {
    const word r = {{(ulong)swap4(a.v[3]) << 32 | swap4(a.v[4]), (ulong)swap4(a.v[1]) << 32 | swap4(a.v[2]),
                     swap4(a.v[0]), 0}};
    return r;
}
// The low 160 bits.
WARPEVM_INLINE address20 address_of_word(word a) {
    const address20 r = {{swap4((uint)a.v[2]), swap4((uint)(a.v[1] >> 32)), swap4((uint)a.v[1]),
                          swap4((uint)(a.v[0] >> 32)), swap4((uint)a.v[0])}};
    return r;
}
WARPEVM_INLINE uint address_equal(address20 a, address20 b) {
    return ((a.v[0] ^ b.v[0]) | (a.v[1] ^ b.v[1]) | (a.v[2] ^ b.v[2]) | (a.v[3] ^ b.v[3]) |
            (a.v[4] ^ b.v[4])) == 0;
}
// Of an address that is nothing but a small number, else 2^32 - 1.
WARPEVM_INLINE uint small_address(address20 a) {
    return (a.v[0] | a.v[1] | a.v[2] | a.v[3]) == 0 ? swap4(a.v[4]) : 0xffffffffU;
}
WARPEVM_INLINE uint is_precompile(const machine* m, address20 a) {
    const uint number = small_address(a);
    if (number == 0x100) return m->environment->precompiles & 1;
    return number > 0 && number < 32 ? m->environment->precompiles >> number & 1 : 0;
}

// ---- gas

WARPEVM_INLINE long price(const machine* m, uint which) {
    return (long)m->rules->prices[which];
}
// False: out of gas.
WARPEVM_INLINE uint charge(machine* m, long amount) {
    m->gas -= amount;
    return m->gas >= 0;
}

// ---- registers

WARPEVM_INLINE __global frame_record* frame_at(const machine* m, uint depth) {
    return (__global frame_record*)(m->arena + m->shape->frames_at) + depth;
}
WARPEVM_INLINE void save_registers(machine* m) {
    __global frame_record* f = m->frame;
    f->gas = (ulong)m->gas;
    f->pc = m->pc;
    f->height = m->height;
    f->memory_size = m->memory_size;
}
// Of the frame at the lane's depth.
WARPEVM_CALL void load_registers(machine* m) {
    __global frame_record* f = frame_at(m, m->lane->depth);
    m->frame = f;
    m->stack = (__global word*)(m->arena + m->shape->stack_at) + f->stack_base;
    m->memory = m->arena + m->shape->memory_at + f->memory_base;
    m->code = bytes_at(m, f->code_space, f->code_at);
    m->code_size = f->code_size;
    m->image = f->image;
    m->gas = (long)f->gas;
    m->pc = f->pc;
    m->height = f->height;
    m->memory_size = f->memory_size;
}

#endif
