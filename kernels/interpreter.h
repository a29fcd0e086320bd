// SPDX-License-Identifier: Apache-2.0
// The loop over raw bytecode: one instruction at a time, each checked and charged before it runs.
#ifndef WARPEVM_KERNELS_INTERPRETER_H
#define WARPEVM_KERNELS_INTERPRETER_H

#include "kernels/calls.h"
#include "kernels/environment.h"
#include "kernels/logs.h"
#include "kernels/storage.h"

WARPEVM_INLINE void binary(machine* m, word result) {
    finish_operands(m, 1, result);
}

WARPEVM_CALL uint op_exp(machine* m) {
    const word base = top(m, 0);
    const word exponent = top(m, 1);
    const uint bytes = (word_bit_length(exponent) + 7) / 8;
    if (!charge(m, price(m, PRICE_exp_byte) * (long)bytes)) return STEP_FAILED;
    m->work += bytes;
    binary(m, word_exp(base, exponent));
    return STEP_DONE;
}

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

// RETURN and REVERT.
WARPEVM_CALL uint op_return(machine* m, uint how) {
    const word offset = top(m, 0);
    const word size = top(m, 1);
    const uint step = need_memory(m, offset, size);
    if (step != STEP_DONE) return step;
    m->output_size = (uint)size.v[0];
    m->output_at = m->output_size == 0 ? 0 : (uint)offset.v[0];
    return how;
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
        case OP_EXP: step = op_exp(m); break;
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
        case OP_KECCAK256: step = op_keccak256(m); break;
        case OP_BALANCE: step = op_balance(m); break;
        case OP_CALLDATALOAD:
            set_top(m, 0,
                    load_padded(bytes_at(m, m->frame->input_space, m->frame->input_at), m->frame->input_size,
                                top(m, 0)));
            break;
        case OP_CALLDATACOPY:
            step = op_copy(m, bytes_at(m, m->frame->input_space, m->frame->input_at), m->frame->input_size);
            break;
        case OP_CODECOPY: step = op_copy(m, m->code, m->code_size); break;
        case OP_EXTCODESIZE: step = op_extcodesize(m); break;
        case OP_EXTCODECOPY: step = op_extcodecopy(m); break;
        case OP_RETURNDATACOPY: step = op_returndatacopy(m); break;
        case OP_EXTCODEHASH: step = op_extcodehash(m); break;
        case OP_BLOCKHASH: step = op_blockhash(m); break;
        case OP_BLOBHASH: step = op_blobhash(m); break;
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
        case OP_MLOAD: step = op_mload(m); break;
        case OP_MSTORE: step = op_mstore(m); break;
        case OP_MSTORE8: step = op_mstore8(m); break;
        case OP_SLOAD: step = op_sload(m); break;
        case OP_SSTORE: step = op_sstore(m); break;
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
        case OP_TLOAD: step = op_tload(m); break;
        case OP_TSTORE: step = op_tstore(m); break;
        case OP_MCOPY: step = op_mcopy(m); break;
        case OP_LOG0:
        case OP_LOG1:
        case OP_LOG2:
        case OP_LOG3:
        case OP_LOG4: step = op_log(m, op - OP_LOG0); break;
        case OP_CALL:
        case OP_CALLCODE:
        case OP_DELEGATECALL:
        case OP_STATICCALL: step = op_call(m, op); break;
        case OP_CREATE:
        case OP_CREATE2: step = op_create(m, op); break;
        case OP_RETURN: step = op_return(m, STEP_SUCCEEDED); break;
        case OP_REVERT: step = op_return(m, STEP_REVERTED); break;
        case OP_SELFDESTRUCT: step = op_selfdestruct(m); break;
        default: step = STEP_FAILED; break;
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
        const uint op = m->pc < m->code_size ? m->code[m->pc] : (uint)OP_STOP;
        const long gas = m->gas;
        const uint memory_size = m->memory_size;
        uint step = check_and_charge(m, op);
        if (step == STEP_DONE) step = execute(m, op);
        if (m->escalated) return STEP_LEFT;
        if (step == STEP_DONE) {
            ++m->pc;
        } else if (step == STEP_LEFT) {
            // Parked or paused: the instruction will start anew.
            m->gas = gas;
            m->memory_size = memory_size;
            save_registers(m);
            return STEP_LEFT;
        } else if (step != STEP_SWITCHED) {
            step = end_frame(m, step);
            if (step != STEP_SWITCHED) return step;
        }
    }
    save_registers(m);
    m->lane->status = STATUS_PAUSED;
    return STEP_LEFT;
}

#endif
