// SPDX-License-Identifier: Apache-2.0
// The loop over images (image.h): no stack inside a block, gas by stretches. What charges by its operands,
// parks, or ends the frame is the same function that raw bytecode is run with: its operands are laid on the
// stack above the block's slots.
#ifndef WARPEVM_KERNELS_LOWERED_H
#define WARPEVM_KERNELS_LOWERED_H

#include "kernels/image_access.h"
#include "kernels/instructions.h"

WARPEVM_INLINE uint operand_of(__global const image_operands* o, uint n) {
    const uint pair = n < 2 ? o->in01 : n < 4 ? o->in23 : n < 6 ? o->in45 : o->in6_slots_end;
    return n % 2 == 0 ? pair & 0xffff : pair >> 16;
}

// Runs the instruction in record `pc`, with `gas`, and the block's stack pointer at `sp`. STEP_DONE: its
// result is in its place, and the registers are those of the next record. The machine's registers are right
// for any other step too.
WARPEVM_CALL uint run_operation(machine* m, uint pc, uint sp, long gas) {
    __global const image_record* r = records_of(m) + pc;
    __global const image_operands* o = operands_at(records_of(m), pc + 1);
    const uint count = r->what >> 16;
    const uint end = sp + (o->in6_slots_end >> 16);
    for (uint i = 0; i < count; ++i)
        *image_slot(m->stack, end, IMAGE_SLOT_BIAS + count - 1 - i) =
            image_value(m->stack, constants_of(m), sp, operand_of(o, i));
    const uint memory_size = m->memory_size;
    m->pc = pc + 1;
    m->height = end + count;
    m->gas = gas + (long)r->extra;
    uint step = STEP_FAILED;
    if (m->gas >= 0) step = execute_operation(m, r->what & 0xffff);
    if (m->escalated) return STEP_LEFT;
    if (step == STEP_LEFT) {
        // Parked or paused: the instruction will start anew.
        m->pc = pc;
        m->height = sp;
        m->gas = gas;
        m->memory_size = memory_size;
        save_registers(m);
    } else if (step == STEP_DONE) {
        if (m->height > end)
            *image_slot(m->stack, sp, r->cd >> 16) = *image_slot(m->stack, end, IMAGE_SLOT_BIAS);
        m->pc = pc + 2;
        m->height = sp;
        m->gas -= (long)r->extra;
    }
    return step;
}

// The record of the block at a position, or the one that fails.
WARPEVM_CALL uint computed_target(const machine* m, word target) {
    if (word_saturated(target) >= m->code_size) return 0;
    const uint position = (uint)target.v[0];
    const uint group = position / 64;
    const ulong bits = load8(bytes_at(m, m->frame->jumps_space, m->frame->jumps_at) + 8 * group);
    const ulong bit = 1UL << (position % 64);
    if (!(bits & bit)) return 0;
    __global const image_header* image = image_of(m);
    __global const uint* ranks = (__global const uint*)(m->given->codes + image->ranks_at);
    __global const uint* blocks = (__global const uint*)(m->given->codes + image->blocks_at);
    return blocks[ranks[group] + (uint)popcount(bits & (bit - 1))];
}

// Whether a block can be run to its end, as far as its stack and its first stretch of gas go.
WARPEVM_INLINE uint fits(const machine* m, const image_record* r, uint sp, long gas) {
    return gas >= (long)r->extra && sp >= (r->ab & 0xffff) && sp + (r->ab >> 16) <= m->rules->max_stack &&
           m->frame->stack_base + sp + (r->cd & 0xffff) <= m->shape->stack_limit;
}

// From a block's begin the loop over raw bytecode goes on: where it fails, or meets a limit, is that one's to
// say.
WARPEVM_INLINE uint leave_image(machine* m, uint position) {
    m->frame->image = 0;
    m->image = 0;
    m->pc = position;
    return STEP_SWITCHED;
}

// Whether the word at an offset lies in memory as it is.
WARPEVM_INLINE uint in_memory(const machine* m, word offset) {
    return word_is_short(offset) && offset.v[0] < m->memory_size && offset.v[0] + 32 <= m->memory_size;
}

#define IMAGE_IN(operand) image_value(stack, constants, sp, operand)
#define IMAGE_A IMAGE_IN(r.ab & 0xffff)
#define IMAGE_B IMAGE_IN(r.ab >> 16)
#define IMAGE_C IMAGE_IN(r.cd & 0xffff)
#define IMAGE_D (*image_slot(stack, sp, r.cd >> 16))
#define IMAGE_BRANCH(condition)                         \
    {                                                   \
        const uint taken = (condition) == r.what >> 16; \
        sp += (r.cd >> 16) - IMAGE_SLOT_BIAS;           \
        if (taken) pc = r.extra;                        \
        break;                                          \
    }
// The machine's registers are those of the record at hand.
#define IMAGE_STORE_REGISTERS \
    {                         \
        m->pc = pc - 1;       \
        m->height = sp;       \
        m->gas = gas;         \
    }

#define IMAGE_RUN_OPERATION                                  \
    {                                                        \
        const uint step = run_operation(m, pc - 1, sp, gas); \
        if (step != STEP_DONE) return step;                  \
        gas = m->gas;                                        \
        ++pc;                                                \
        break;                                               \
    }

// Runs the frame over its image until another one runs, it ends, or the lane leaves. The work is looked at
// where blocks begin.
WARPEVM_INLINE uint run_lowered(machine* m) {
    __global const image_record* records = records_of(m);
    __global const word* constants = constants_of(m);
    __global word* stack = m->stack;
    uint pc = m->pc;
    uint sp = m->height;
    long gas = m->gas;
    while (1) {
        const image_record r = record_at(records, pc++);
        const uint action = r.what & 0xffff;
        switch (action) {
            case IMAGE_ENTER:
                if (m->work > m->budget || !fits(m, &r, sp, gas)) {
                    IMAGE_STORE_REGISTERS
                    return m->work > m->budget ? (uint)STEP_SWITCHED : leave_image(m, r.what >> 16);
                }
                gas -= (long)r.extra;
                m->work += r.cd >> 16;
                break;
            case IMAGE_CHARGE: gas -= (long)r.extra; break;
            case IMAGE_COPY: IMAGE_D = IMAGE_A; break;
            case IMAGE_SWAP: {
                const word a = IMAGE_A;
                *image_slot(stack, sp, r.ab & 0xffff) = IMAGE_D;
                IMAGE_D = a;
                break;
            }
            case IMAGE_TAKE: {
                const word result = *image_slot(stack, sp, IMAGE_SLOT_BIAS - 1);
                sp -= 1 + (r.ab >> 16);
                IMAGE_D = result;
                break;
            }
            case IMAGE_MOVE: sp += (r.ab >> 16) - IMAGE_SLOT_BIAS; break;
            case IMAGE_JUMP:
                sp += (r.ab >> 16) - IMAGE_SLOT_BIAS;
                pc = r.extra;
                break;
            case IMAGE_JUMP_COMPUTED:
                pc = computed_target(m, IMAGE_C);
                sp += (r.ab >> 16) - IMAGE_SLOT_BIAS;
                break;
            case IMAGE_BRANCH_COMPUTED:
                if (!word_is_zero(IMAGE_A)) pc = computed_target(m, IMAGE_C);
                sp += (r.cd >> 16) - IMAGE_SLOT_BIAS;
                break;
            case IMAGE_BRANCH_ZERO: IMAGE_BRANCH(word_is_zero(IMAGE_A))
            case IMAGE_BRANCH_LESS: IMAGE_BRANCH(word_less(IMAGE_A, IMAGE_B))
            case IMAGE_BRANCH_SIGNED: IMAGE_BRANCH(word_less_signed(IMAGE_A, IMAGE_B))
            case IMAGE_BRANCH_EQUAL: IMAGE_BRANCH(word_equal(IMAGE_A, IMAGE_B))
            case IMAGE_STOP:
                m->gas = gas;
                m->output_size = 0;
                return gas < 0 ? STEP_FAILED : STEP_SUCCEEDED;
            case IMAGE_FAIL: return STEP_FAILED;
            case OP_ADD: IMAGE_D = word_add(IMAGE_A, IMAGE_B); break;
            case OP_SUB: IMAGE_D = word_sub(IMAGE_A, IMAGE_B); break;
            case OP_MUL: IMAGE_D = word_mul(IMAGE_A, IMAGE_B); break;
            case OP_AND: IMAGE_D = word_and(IMAGE_A, IMAGE_B); break;
            case OP_OR: IMAGE_D = word_or(IMAGE_A, IMAGE_B); break;
            case OP_LT: IMAGE_D = word_of(word_less(IMAGE_A, IMAGE_B)); break;
            case OP_EQ: IMAGE_D = word_of(word_equal(IMAGE_A, IMAGE_B)); break;
            case OP_DIV:
            case OP_SDIV:
            case OP_MOD:
            case OP_SMOD: IMAGE_D = evaluate_division(action, IMAGE_A, IMAGE_B, word_zero()); break;
            case OP_ADDMOD:
            case OP_MULMOD: IMAGE_D = evaluate_division(action, IMAGE_A, IMAGE_B, IMAGE_C); break;
            case OP_SIGNEXTEND:
            case OP_SLT:
            case OP_XOR:
            case OP_BYTE:
            case OP_SHL:
            case OP_SHR:
            case OP_SAR: IMAGE_D = evaluate_bits(action, IMAGE_A, IMAGE_B); break;
            case OP_ISZERO:
            case OP_NOT:
            case OP_CLZ: IMAGE_D = evaluate_one(action, IMAGE_A); break;
            case OP_CALLDATALOAD:
                IMAGE_D = load_padded(bytes_at(m, m->frame->input_space, m->frame->input_at),
                                      m->frame->input_size, IMAGE_A);
                break;
            case OP_SELFBALANCE:
            case OP_GAS:
                // What observes the account, or tells how much is left, must be paid for.
                if (gas + (long)r.extra < 0) return STEP_FAILED;
                m->gas = gas;
                IMAGE_D = environment_word(m, action);
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
            case OP_BASEFEE:
            case OP_BLOBBASEFEE:
            case OP_MSIZE: IMAGE_D = environment_word(m, action); break;
            case OP_MLOAD:
                if (in_memory(m, IMAGE_A)) {
                    IMAGE_D = load_word(m->memory + IMAGE_A.v[0]);
                    ++pc;
                    break;
                }
                IMAGE_RUN_OPERATION
            case OP_MSTORE:
                if (in_memory(m, IMAGE_A)) {
                    store_word(m->memory + IMAGE_A.v[0], IMAGE_B);
                    ++pc;
                    break;
                }
                IMAGE_RUN_OPERATION
            default: IMAGE_RUN_OPERATION
        }
    }
}

#undef IMAGE_IN
#undef IMAGE_A
#undef IMAGE_B
#undef IMAGE_C
#undef IMAGE_D
#undef IMAGE_BRANCH
#undef IMAGE_STORE_REGISTERS
#undef IMAGE_RUN_OPERATION

#endif
