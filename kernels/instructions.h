// SPDX-License-Identifier: Apache-2.0
// Instructions that may charge by their operands, park, or end the frame: the same for raw bytecode and for
// images. Their operands are on the stack.
#ifndef WARPEVM_KERNELS_INSTRUCTIONS_H
#define WARPEVM_KERNELS_INSTRUCTIONS_H

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

// Calls and creations answer STEP_SWITCHED, and count the program counter themselves.
WARPEVM_CALL uint execute_operation(machine* m, uint op) {
    switch (op) {
        case OP_EXP: return op_exp(m);
        case OP_KECCAK256: return op_keccak256(m);
        case OP_BALANCE: return op_balance(m);
        case OP_CALLDATACOPY:
            return op_copy(m, bytes_at(m, m->frame->input_space, m->frame->input_at), m->frame->input_size);
        case OP_CODECOPY: return op_copy(m, m->code, m->code_size);
        case OP_EXTCODESIZE: return op_extcodesize(m);
        case OP_EXTCODECOPY: return op_extcodecopy(m);
        case OP_RETURNDATACOPY: return op_returndatacopy(m);
        case OP_EXTCODEHASH: return op_extcodehash(m);
        case OP_BLOCKHASH: return op_blockhash(m);
        case OP_BLOBHASH: return op_blobhash(m);
        case OP_MLOAD: return op_mload(m);
        case OP_MSTORE: return op_mstore(m);
        case OP_MSTORE8: return op_mstore8(m);
        case OP_SLOAD: return op_sload(m);
        case OP_SSTORE: return op_sstore(m);
        case OP_TLOAD: return op_tload(m);
        case OP_TSTORE: return op_tstore(m);
        case OP_MCOPY: return op_mcopy(m);
        case OP_LOG0:
        case OP_LOG1:
        case OP_LOG2:
        case OP_LOG3:
        case OP_LOG4: return op_log(m, op - OP_LOG0);
        case OP_CALL:
        case OP_CALLCODE:
        case OP_DELEGATECALL:
        case OP_STATICCALL: return op_call(m, op);
        case OP_CREATE:
        case OP_CREATE2: return op_create(m, op);
        case OP_RETURN: return op_return(m, STEP_SUCCEEDED);
        case OP_REVERT: return op_return(m, STEP_REVERTED);
        case OP_SELFDESTRUCT: return op_selfdestruct(m);
        default: return STEP_FAILED;
    }
}

#endif
