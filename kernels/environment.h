// SPDX-License-Identifier: Apache-2.0
// What code may ask of its call, the accounts, the transaction and the block.
#ifndef WARPEVM_KERNELS_ENVIRONMENT_H
#define WARPEVM_KERNELS_ENVIRONMENT_H

#include "kernels/code.h"

WARPEVM_CALL uint op_balance(machine* m) {
    uint index = WARPEVM_NONE;
    const uint step = access_beyond_warm(m, address_of_word(top(m, 0)), &index);
    if (step != STEP_DONE) return step;
    warm_up(m, index);
    set_top(m, 0, observe_balance(m, index));
    return STEP_DONE;
}

WARPEVM_CALL uint op_extcodesize(machine* m) {
    uint index = WARPEVM_NONE;
    uint code = CODE_EMPTY;
    uint step = access_beyond_warm(m, address_of_word(top(m, 0)), &index);
    if (step == STEP_DONE) step = need_code(m, index, &code);
    if (step != STEP_DONE) return step;
    warm_up(m, index);
    set_top(m, 0, word_of(code_bytes(m, code).size));
    return STEP_DONE;
}

// EIP-1052: zero for an account that is dead.
WARPEVM_CALL uint op_extcodehash(machine* m) {
    uint index = WARPEVM_NONE;
    const uint step = access_beyond_warm(m, address_of_word(top(m, 0)), &index);
    if (step != STEP_DONE) return step;
    warm_up(m, index);
    if (is_dead(m, index)) {
        set_top(m, 0, word_zero());
    } else {
        observe_code(m, index);
        set_top(m, 0, word_of_hash(account_at(m, index)->code_hash));
    }
    return STEP_DONE;
}

WARPEVM_CALL uint op_extcodecopy(machine* m) {
    uint index = WARPEVM_NONE;
    uint code = CODE_EMPTY;
    const word size = top(m, 3);
    uint step = charge_copy(m, top(m, 1), size);
    if (step == STEP_DONE) step = access_beyond_warm(m, address_of_word(top(m, 0)), &index);
    if (step == STEP_DONE && !word_is_zero(size)) step = need_code(m, index, &code);
    if (step != STEP_DONE) return step;
    warm_up(m, index);
    const byte_range r = code_bytes(m, code);
    copy_paid(m, bytes_at(m, r.space, r.at), r.size, top(m, 1), top(m, 2), size);
    m->height -= 4;
    return STEP_DONE;
}

WARPEVM_CALL uint op_blockhash(machine* m) {
    __global const environment_record* block = m->environment;
    const word asked = top(m, 0);
    word hash = word_zero();
    if (word_is_short(asked) && asked.v[0] < block->number && block->number - asked.v[0] <= 256) {
        const uint place = (uint)asked.v[0] % 256;
        __global const hash_window* window = m->given->hashes + block->hashes;
        if (asked.v[0] + 1 == block->number && !word_is_zero(block->parent_hash)) {
            hash = word_of_hash(block->parent_hash);
        } else if (block->hashes != WARPEVM_NONE && (window->known[place / 32] >> (place % 32) & 1)) {
            hash = word_of_hash(window->hashes[place]);
        } else {
            m->lane->need.key = asked;
            return park(m, STATUS_NEED_block_hash);
        }
    }
    set_top(m, 0, hash);
    return STEP_DONE;
}

WARPEVM_CALL uint op_blobhash(machine* m) {
    const word index = top(m, 0);
    word hash = word_zero();
    if (word_saturated(index) < m->lane->blob_hash_count)
        hash = load_word(m->given->inputs + m->lane->blob_hashes_at + 32 * (uint)index.v[0]);
    set_top(m, 0, hash);
    return STEP_DONE;
}

// Instructions that push a word and can't fail.
WARPEVM_CALL word environment_word(machine* m, uint op) {
    __global const environment_record* block = m->environment;
    __global const frame_record* f = m->frame;
    switch (op) {
        case OP_ADDRESS: return word_of_address(account_at(m, f->self)->address);
        case OP_ORIGIN: return word_of_address(account_at(m, m->lane->sender)->address);
        case OP_CALLER: return word_of_address(account_at(m, f->caller)->address);
        case OP_CALLVALUE: return f->value;
        case OP_CALLDATASIZE: return word_of(f->input_size);
        case OP_CODESIZE: return word_of(m->code_size);
        case OP_GASPRICE: return m->lane->gas_price;
        case OP_RETURNDATASIZE: return word_of(m->lane->output_size);
        case OP_COINBASE: return word_of_address(block->beneficiary);
        case OP_TIMESTAMP: return word_of(block->timestamp);
        case OP_NUMBER: return word_of(block->number);
        case OP_DIFFICULTY: return block->difficulty_or_randao;
        case OP_GASLIMIT: return word_of(block->gas_limit);
        case OP_CHAINID: return word_of(block->chain_id);
        case OP_SELFBALANCE: return observe_balance(m, f->self);
        case OP_BASEFEE: return block->base_fee;
        case OP_BLOBBASEFEE: return block->blob_base_fee;
        case OP_PC: return word_of(m->pc);
        case OP_MSIZE: return word_of(m->memory_size);
        case OP_GAS: return word_of((ulong)m->gas);
        default: return word_zero();
    }
}

#endif
