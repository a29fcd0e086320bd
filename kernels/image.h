// SPDX-License-Identifier: Apache-2.0
// Images: codes in their abstract form (evm/vm/lowering) as they lie on a device, made by the host. Shared
// with the host, as lane.h is.
//
// An image is a header, records of 16 bytes, constants, and a table for computed jumps: of each 64 positions
// of the code, how many jump destinations come before them, and of each jump destination its block's first
// record. The code's bits of jump destinations lie with its bytes. What an image depends on beside the code
// is the fork's table of instructions; forks with the same one are a family.
#ifndef WARPEVM_KERNELS_IMAGE_H
#define WARPEVM_KERNELS_IMAGE_H

// Operands have 16 bits: a slot of the stack relative to the block's stack pointer plus IMAGE_SLOT_BIAS, or,
// from IMAGE_FIRST_CONSTANT on, an index of the constants.
enum image_operand { IMAGE_SLOT_BIAS = 1056, IMAGE_FIRST_CONSTANT = 4096, IMAGE_MOST_CONSTANTS = 61440 };

// The record that a frame begins with.
enum image_begin { IMAGE_BEGIN = 1 };

// What a record does: an opcode of the EVM, or one of these. The record at 0 is IMAGE_FAIL: where invalid
// jumps lead.
enum image_action {
    IMAGE_ENTER = 256,      // a block's first record, see image_record
    IMAGE_CHARGE,           // extra: gas, which may leave less than nothing
    IMAGE_COPY,             // d = a
    IMAGE_SWAP,             // slots a and d
    IMAGE_TAKE,             // d = what a call or creation left; b: as in image_operands, slots_end
    IMAGE_MOVE,             // adds b to the stack pointer; this and the jumps: plus IMAGE_SLOT_BIAS
    IMAGE_JUMP,             // to record extra, after adding b
    IMAGE_JUMP_COMPUTED,    // to position c of the code, after adding b
    IMAGE_BRANCH_ZERO,      // flags: when; to record extra if (a is zero) == when, after adding d
    IMAGE_BRANCH_LESS,      // the same for a < b,
    IMAGE_BRANCH_SIGNED,    // a < b with signs,
    IMAGE_BRANCH_EQUAL,     // and a == b
    IMAGE_BRANCH_COMPUTED,  // to position c if a is not zero, after adding d
    IMAGE_STOP,
    IMAGE_FAIL
};

// Opcodes: operands a, b, c, result d, extra: the gas that is charged ahead (lowered.hpp). Those that may
// charge, park or end the frame are followed by image_operands.
// IMAGE_ENTER: a: words needed; b: growth; c: words of the stack that the block takes above its stack
// pointer, with the room that its calls need; d: how many records it has; flags: position in the code; extra:
// gas.
typedef struct {
    WARPEVM_U32 what;  // action, flags << 16
    WARPEVM_U32 ab;    // a, b << 16
    WARPEVM_U32 cd;    // c, d << 16
    WARPEVM_U32 extra;
} image_record;

// The record behind an instruction with up to seven operands: all of them, in the order of the EVM's stack,
// and where the block's slots end.
typedef struct {
    WARPEVM_U32 in01, in23, in45, in6_slots_end;
} image_operands;

// The constant of this number, to be made on the device before the image is used: the instruction `op`
// of constants a and b.
typedef struct {
    WARPEVM_U32 op, number, a, b;
} image_expression;

// Places in bytes from the buffer's begin, multiples of 8.
typedef struct {
    WARPEVM_U32 family;
    WARPEVM_U32 next;  // another family's image of the same code, or 0
    WARPEVM_U32 records_at, record_count;
    WARPEVM_U32 constants_at, constant_count;
    WARPEVM_U32 expressions_at, expression_count;
    WARPEVM_U32 ranks_at;
    WARPEVM_U32 blocks_at;
} image_header;

#endif
