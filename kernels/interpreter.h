// SPDX-License-Identifier: Apache-2.0
// The loop over frames, and raw bytecode: one instruction at a time, each checked and charged before it runs.
#ifndef WARPEVM_KERNELS_INTERPRETER_H
#define WARPEVM_KERNELS_INTERPRETER_H

#include "kernels/lowered.h"

WARPEVM_CALL void op_push(machine* m, uint size) {
    word value = word_zero();
    for (uint i = 0; i < size; ++i) {
        // Bytes beyond the end of the code are zero.
        const uint at = m->pc + 1 + i;
        const uint place = size - 1 - i;
        if (at < m->code_size) value.v[place / 8] |= (ulong)m->code[at] << (8 * (place % 8));
    }
    push(m, value);
    m->pc += size;
}

WARPEVM_INLINE uint execute(machine* m, uint op) {
    uint step = STEP_DONE;
    if (op >= OP_PUSH0 && op <= OP_PUSH32) {
        op_push(m, op - OP_PUSH0);
        return STEP_DONE;
    }
    if (op >= OP_DUP1 && op <= OP_DUP16) {
        push(m, top(m, op - OP_DUP1));
        return STEP_DONE;
    }
    if (op >= OP_SWAP1 && op <= OP_SWAP16) {
        const word a = top(m, 0);
        set_top(m, 0, top(m, op - OP_SWAP1 + 1));
        set_top(m, op - OP_SWAP1 + 1, a);
        return STEP_DONE;
    }
    switch (op) {
        case OP_STOP: m->output_size = 0; return STEP_SUCCEEDED;
        case OP_ADD: binary(m, word_add(top(m, 0), top(m, 1))); break;
        case OP_MUL: binary(m, word_mul(top(m, 0), top(m, 1))); break;
        case OP_SUB: binary(m, word_sub(top(m, 0), top(m, 1))); break;
        case OP_DIV:
        case OP_SDIV:
        case OP_MOD:
        case OP_SMOD: binary(m, evaluate_division(op, top(m, 0), top(m, 1), word_zero())); break;
        case OP_ADDMOD:
        case OP_MULMOD: finish_operands(m, 2, evaluate_division(op, top(m, 0), top(m, 1), top(m, 2))); break;
        case OP_SIGNEXTEND:
        case OP_LT:
        case OP_GT:
        case OP_SLT:
        case OP_SGT:
        case OP_EQ:
        case OP_AND:
        case OP_OR:
        case OP_XOR:
        case OP_BYTE:
        case OP_SHL:
        case OP_SHR:
        case OP_SAR: binary(m, evaluate_bits(op, top(m, 0), top(m, 1))); break;
        case OP_ISZERO:
        case OP_NOT:
        case OP_CLZ: set_top(m, 0, evaluate_one(op, top(m, 0))); break;
        case OP_CALLDATALOAD:
            set_top(m, 0,
                    load_padded(bytes_at(m, m->frame->input_space, m->frame->input_at), m->frame->input_size,
                                top(m, 0)));
            break;
        case OP_ADDRESS:
        case OP_ORIGIN:
        case OP_CALLER:
        case OP_CALLVALUE:
        case OP_CALLDATASIZE:
        case OP_CODESIZE:
        case OP_GASPRICE:
        case OP_RETURNDATASIZE:
        case OP_COINBASE:
        case OP_TIMESTAMP:
        case OP_NUMBER:
        case OP_DIFFICULTY:
        case OP_GASLIMIT:
        case OP_CHAINID:
        case OP_SELFBALANCE:
        case OP_BASEFEE:
        case OP_BLOBBASEFEE:
        case OP_PC:
        case OP_MSIZE:
        case OP_GAS: push(m, environment_word(m, op)); break;
        case OP_POP: --m->height; break;
        case OP_JUMP:
            step = jump_to(m, top(m, 0));
            --m->height;
            return step == STEP_DONE ? (uint)STEP_SWITCHED : step;
        case OP_JUMPI: {
            const word target = top(m, 0);
            const uint taken = !word_is_zero(top(m, 1));
            m->height -= 2;
            if (!taken) break;
            step = jump_to(m, target);
            return step == STEP_DONE ? (uint)STEP_SWITCHED : step;
        }
        case OP_JUMPDEST: break;
        default: step = execute_operation(m, op); break;
    }
    return step;
}

// Whether the instruction may run, in this order: it exists, the stack holds what it takes and has room for
// what it leaves, and its static gas is paid. STEP_LEFT: the lane has no room for the stack that the EVM
// allows.
WARPEVM_INLINE uint check_and_charge(machine* m, uint op) {
    const uint bits = m->rules->opcodes[op];
    const uint pops = bits >> OPCODE_POPS_SHIFT & 31;
    const uint pushes = bits >> OPCODE_PUSHES_SHIFT & 31;
    if (!(bits & OPCODE_DEFINED) || m->height < pops) return STEP_FAILED;
    const uint after = m->height - pops + pushes;
    if (after > m->rules->max_stack || !charge(m, bits & 0xffff)) return STEP_FAILED;
    if (pushes > pops && m->frame->stack_base + after > m->shape->stack_limit)
        return escalate(m, STATUS_ESCALATE_stack);
    return STEP_DONE;
}

// Runs one instruction of raw bytecode. Parked or paused, it will start anew.
WARPEVM_INLINE uint run_raw(machine* m) {
    const uint op = m->pc < m->code_size ? m->code[m->pc] : (uint)OP_STOP;
    const long gas = m->gas;
    const uint memory_size = m->memory_size;
    uint step = check_and_charge(m, op);
    if (step == STEP_DONE) step = execute(m, op);
    if (step == STEP_DONE) {
        ++m->pc;
    } else if (step == STEP_LEFT && !m->escalated) {
        m->gas = gas;
        m->memory_size = memory_size;
        save_registers(m);
    }
    return step;
}

// Runs until the lane's first frame has ended (STEP_SUCCEEDED, STEP_FAILED), or leaves, or the work is
// `budget`.
WARPEVM_INLINE uint run_frames(machine* m) {
    while (m->work < m->budget) {
        ++m->work;
        if (m->frame->flags & FRAME_PRECOMPILE) {
            const uint ended = run_precompile(m);
            if (ended != STEP_SWITCHED) return ended;
            continue;
        }
        uint step = m->image != 0 ? run_lowered(m) : run_raw(m);
        if (step == STEP_LEFT || m->escalated) return STEP_LEFT;
        if (step == STEP_DONE || step == STEP_SWITCHED) continue;
        step = end_frame(m, step);
        if (step != STEP_SWITCHED) return step;
    }
    save_registers(m);
    m->lane->status = STATUS_PAUSED;
    return STEP_LEFT;
}

#endif
