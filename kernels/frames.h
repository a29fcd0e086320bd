// SPDX-License-Identifier: Apache-2.0
// Frames: how one begins above its caller's stack and memory, and how it ends: its code is deposited or its
// output copied, what failed is taken back, and the caller goes on. No recursion: frames are records by
// depth.
#ifndef WARPEVM_KERNELS_FRAMES_H
#define WARPEVM_KERNELS_FRAMES_H

#include "kernels/code.h"

#define IDENTITY_ADDRESS 4

// What a frame is given.
typedef struct {
    word value;
    long gas;
    uint self;
    uint caller;
    uint code_account;
    uint flags;      // frame_flag
    uint transfers;  // whether the value moves from caller to self
    byte_range code;
    byte_range input;
    uint output_at;
    uint output_size;
} call;

// Where a frame's jump destinations are: behind its code, or, for init code, before its memory.
WARPEVM_INLINE void place_jumps(machine* m, __global frame_record* f) {
    f->jumps_space = f->code_space;
    f->jumps_at = jumps_after(f->code_at, f->code_size);
    f->jumps_found = 0;
    f->jumps_skip = 0;
    if (!(f->flags & FRAME_CREATES)) return;
    f->flags |= FRAME_LAZY_JUMPS;
    f->jumps_space = SPACE_ARENA;
    f->jumps_at = m->shape->memory_at + f->memory_base;
    const ulong base = f->memory_base + (((ulong)f->code_size + 7) / 8 + 31) / 32 * 32;
    if (base > m->shape->memory_limit)
        escalate(m, STATUS_ESCALATE_memory);
    else
        f->memory_base = (uint)base;
}

WARPEVM_INLINE void mark_checkpoint(machine* m, __global frame_record* f) {
    __global lane_record* lane = m->lane;
    f->refund = lane->refund;
    f->undo = lane->undo_count;
    f->logs = lane->log_count;
    f->topics = lane->topic_count;
    f->log_bytes = lane->log_bytes;
    f->deployed = lane->deployed_count;
    f->deployed_bytes = lane->deployed_bytes;
    f->checkpoint = ++lane->checkpoints;
}

// Begins a frame above the running one, or the lane's first.
WARPEVM_CALL uint begin_frame(machine* m, const call* c) {
    __global lane_record* lane = m->lane;
    const uint first = lane->phase != PHASE_RUN;
    const uint depth = first ? 0 : lane->depth + 1;
    if (depth >= m->shape->frame_limit) return escalate(m, STATUS_ESCALATE_frames);
    __global frame_record* f = frame_at(m, depth);
    if (!first) {
        save_registers(m);
        m->frame->memory_cleared = 0;
    }
    f->stack_base = first ? 0 : m->frame->stack_base + m->height;
    f->memory_base = first ? 0 : m->frame->memory_base + m->memory_size;
    f->value = c->value;
    f->gas = (ulong)c->gas;
    f->flags = c->flags;
    f->self = c->self;
    f->caller = c->caller;
    f->code_account = c->code_account;
    f->code_space = c->code.space;
    f->code_at = c->code.at;
    f->code_size = c->code.size;
    f->image = c->code.image;
    f->input_space = c->input.space;
    f->input_at = c->input.at;
    f->input_size = c->input.size;
    f->output_at = c->output_at;
    f->output_size = c->output_size;
    f->pc = c->code.image != 0 ? IMAGE_BEGIN : 0;
    f->height = 0;
    f->memory_size = 0;
    f->memory_cleared = 0;
    mark_checkpoint(m, f);
    place_jumps(m, f);
    lane->depth = depth;
    lane->phase = PHASE_RUN;
    lane->output_size = 0;
    load_registers(m);
    if (c->flags & FRAME_CREATES) {
        touch(m, c->self);
        set_account_flag(m, c->self, ACCOUNT_CREATED);
        set_nonce(m, c->self, 1);
    }
    if (c->transfers) {
        if (!word_is_zero(c->value)) debit(m, c->caller, c->value);
        credit(m, c->self, c->value);
    }
    return m->escalated ? STEP_LEFT : STEP_SWITCHED;
}

// ---- ends

WARPEVM_CALL void revert_frame(machine* m) {
    __global lane_record* lane = m->lane;
    __global const frame_record* f = m->frame;
    undo_to(m, f->undo);
    lane->refund = f->refund;
    lane->log_count = f->logs;
    lane->topic_count = f->topics;
    lane->log_bytes = f->log_bytes;
    lane->deployed_count = f->deployed;
    lane->deployed_bytes = f->deployed_bytes;
}

// Keeps `size` bytes of the frame's memory as a code of the lane, with its jump destinations.
WARPEVM_CALL void deploy(machine* m, uint at, uint size) {
    __global lane_record* lane = m->lane;
    const uint offset = lane->deployed_bytes;
    const uint whole = jumps_after(0, size) + ((size + 7) / 8 + 7) / 8 * 8;
    if (lane->deployed_count >= m->shape->deployed_limit || whole > m->shape->deployed_bytes_limit - offset) {
        escalate(m, STATUS_ESCALATE_codes);
        return;
    }
    const uint index = lane->deployed_count++;
    lane->deployed_bytes = offset + whole;
    __global deployed_code* d = deployed_at(m, index);
    d->at = m->shape->deployed_bytes_at + offset;
    d->size = size;
    __global uchar* to = m->arena + d->at;
    copy_bytes(m, to, m->memory + at, size);
    find_jumps(to, to + jumps_after(0, size), 0, size, 0);
    m->work += size / 8;
    d->hash = keccak_bytes(m, to, size);
    set_code(m, m->frame->self, CODE_DEPLOYED | index, d->hash);
}

// Stores what the init code returned (EIP-2, EIP-170, EIP-3541).
WARPEVM_CALL uint deposit(machine* m) {
    const uint size = m->output_size;
    if (size == 0) return STEP_SUCCEEDED;
    if (m->fork >= FORK_london && m->memory[m->output_at] == 0xef) return STEP_FAILED;
    if (size > m->rules->max_code_size) return STEP_FAILED;
    if (!charge(m, price(m, PRICE_code_deposit_byte) * (long)size)) return STEP_FAILED;
    deploy(m, m->output_at, size);
    return m->escalated ? STEP_LEFT : STEP_SUCCEEDED;
}

// The output lies in the frame's memory, and goes where the caller's RETURNDATACOPY finds it.
WARPEVM_CALL void keep_output(machine* m) {
    if (m->output_size > m->shape->output_limit) {
        escalate(m, STATUS_ESCALATE_output);
        return;
    }
    copy_bytes(m, m->arena + m->shape->output_at, m->memory + m->output_at, m->output_size);
    m->lane->output_size = m->output_size;
}

// The frame ends as `how` says, with the gas in the register, and the output kept. STEP_SUCCEEDED or
// STEP_FAILED where it was the first; its gas stays in the register.
WARPEVM_CALL uint leave_frame(machine* m, uint how) {
    __global const frame_record* ended = m->frame;
    __global lane_record* lane = m->lane;
    if (how == STEP_FAILED) {
        m->gas = 0;
        lane->output_size = 0;
    }
    if (how != STEP_SUCCEEDED) revert_frame(m);
    if (m->escalated) return STEP_LEFT;
    if (lane->depth == 0) {
        if (how == STEP_REVERTED) lane->flags |= LANE_REVERTED;
        return how == STEP_SUCCEEDED ? STEP_SUCCEEDED : STEP_FAILED;
    }
    const long gas = m->gas;
    --lane->depth;
    load_registers(m);
    m->gas += gas;
    word result = word_of(how == STEP_SUCCEEDED);
    if (ended->flags & FRAME_CREATES) {
        if (how == STEP_SUCCEEDED) result = word_of_address(account_at(m, ended->self)->address);
    } else {
        copy_bytes(m, m->memory + ended->output_at, m->arena + m->shape->output_at,
                   min(ended->output_size, lane->output_size));
    }
    push(m, result);
    return STEP_SWITCHED;
}

// The same for a frame that ran code.
WARPEVM_CALL uint end_frame(machine* m, uint how) {
    if ((m->frame->flags & FRAME_CREATES) && how == STEP_SUCCEEDED) {
        // What its own callees returned is not its output.
        m->lane->output_size = 0;
        how = deposit(m);
        if (how == STEP_LEFT) return how;
        // A call's answer is the deployed code.
        if (how == STEP_SUCCEEDED && m->lane->depth == 0 && (m->lane->flags & LANE_IS_CALL)) {
            keep_output(m);
            if (m->escalated) return STEP_LEFT;
        }
    } else if (how != STEP_FAILED) {
        keep_output(m);
        if (m->escalated) return STEP_LEFT;
    }
    return leave_frame(m, how);
}

// IDENTITY copies its input.
WARPEVM_CALL uint run_identity(machine* m) {
    __global const frame_record* f = m->frame;
    const uint size = f->input_size;
    if (!charge(m, (long)(m->rules->identity_base + m->rules->identity_word * words_of(size))))
        return leave_frame(m, STEP_FAILED);
    if (size > m->shape->output_limit) return escalate(m, STATUS_ESCALATE_output);
    copy_bytes(m, m->arena + m->shape->output_at, bytes_at(m, f->input_space, f->input_at), size);
    m->lane->output_size = size;
    return leave_frame(m, STEP_SUCCEEDED);
}

// Any other precompile's frame parks: the host runs it.
WARPEVM_CALL uint run_precompile(machine* m) {
    __global lane_record* lane = m->lane;
    __global const frame_record* f = m->frame;
    const address20 at = account_at(m, f->code_account)->address;
    if (small_address(at) == IDENTITY_ADDRESS) return run_identity(m);
    lane->need.address = at;
    lane->need.gas = (ulong)m->gas;
    lane->need.space = f->input_space;
    lane->need.at = f->input_at;
    lane->need.size = f->input_size;
    return park(m, STATUS_NEED_precompile);
}

// And goes on with the host's answer.
WARPEVM_CALL uint end_precompile(machine* m) {
    __global lane_record* lane = m->lane;
    __global const precompile_answer* answer =
        (__global const precompile_answer*)(m->given->answers + lane->answer);
    if (answer->size > m->shape->output_limit) return escalate(m, STATUS_ESCALATE_output);
    copy_bytes(m, m->arena + m->shape->output_at, (__global const uchar*)(answer + 1), answer->size);
    lane->output_size = answer->size;
    m->gas = (long)answer->gas;
    return leave_frame(m, answer->succeeded ? STEP_SUCCEEDED : STEP_FAILED);
}

#endif
