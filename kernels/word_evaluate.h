// SPDX-License-Identifier: Apache-2.0
// The interpreter's arithmetic by instruction, so that each operation can be compared with the host's.
#ifndef WARPEVM_KERNELS_WORD_EVALUATE_H
#define WARPEVM_KERNELS_WORD_EVALUATE_H

#include "kernels/word_divide.h"

enum opcode_number {
#define WARPEVM_OPCODE(name, value, pops, pushes, gas, fork) OP_##name = value,
#include "evm/vm/opcodes.def"
#undef WARPEVM_OPCODE
};

WARPEVM_CALL word evaluate_division(uint op, word a, word b, word c) {
    word remainder;
    switch (op) {
        case OP_DIV: return word_divide(a, b, &remainder);
        case OP_SDIV: return word_sdiv(a, b);
        case OP_MOD: word_divide(a, b, &remainder); return remainder;
        case OP_SMOD: return word_smod(a, b);
        case OP_ADDMOD: return word_addmod(a, b, c);
        default: return word_mulmod(a, b, c);
    }
}

// Of bit instructions and comparisons.
WARPEVM_CALL word evaluate_bits(uint op, word a, word b) {
    switch (op) {
        case OP_SIGNEXTEND: return word_signextend(a, b);
        case OP_LT: return word_of(word_less(a, b));
        case OP_GT: return word_of(word_less(b, a));
        case OP_SLT: return word_of(word_less_signed(a, b));
        case OP_SGT: return word_of(word_less_signed(b, a));
        case OP_EQ: return word_of(word_equal(a, b));
        case OP_AND: return word_and(a, b);
        case OP_OR: return word_or(a, b);
        case OP_XOR: return word_xor(a, b);
        case OP_BYTE: return word_byte(a, b);
        case OP_SHL: return word_shl(a, b);
        case OP_SHR: return word_shr(a, b);
        default: return word_sar(a, b);
    }
}

WARPEVM_INLINE word evaluate_one(uint op, word a) {
    if (op == OP_ISZERO) return word_of(word_is_zero(a));
    return op == OP_NOT ? word_not(a) : word_of(256 - word_bit_length(a));
}

// What the instruction leaves of operands a (the topmost), b and c.
WARPEVM_CALL word evaluate(uint op, word a, word b, word c) {
    switch (op) {
        case OP_ADD: return word_add(a, b);
        case OP_MUL: return word_mul(a, b);
        case OP_SUB: return word_sub(a, b);
        case OP_EXP: return word_exp(a, b);
        case OP_ISZERO:
        case OP_NOT:
        case OP_CLZ: return evaluate_one(op, a);
        default: break;
    }
    return op >= OP_DIV && op <= OP_MULMOD ? evaluate_division(op, a, b, c) : evaluate_bits(op, a, b);
}

#endif
