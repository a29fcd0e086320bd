// SPDX-License-Identifier: Apache-2.0
// How a running frame reaches the parts of its image, and slots by the image's operands. Apart from the loop,
// so that a build can replace them by others that count (tools/bench/counted_lanes.cpp).
#ifndef WARPEVM_KERNELS_IMAGE_ACCESS_H
#define WARPEVM_KERNELS_IMAGE_ACCESS_H

#include "kernels/machine.h"

// Of a frame: the places of its image's parts.
WARPEVM_INLINE __global const image_header* image_of(const machine* m) {
    return (__global const image_header*)(m->given->codes + m->image);
}
WARPEVM_INLINE __global const image_record* records_of(const machine* m) {
    return (__global const image_record*)(m->given->codes + image_of(m)->records_at);
}
WARPEVM_INLINE __global const word* constants_of(const machine* m) {
    return (__global const word*)(m->given->codes + image_of(m)->constants_at);
}

WARPEVM_INLINE image_record record_at(__global const image_record* records, uint pc) {
    return records[pc];
}
WARPEVM_INLINE __global const image_operands* operands_at(__global const image_record* records, uint pc) {
    return (__global const image_operands*)(records + pc);
}
WARPEVM_INLINE __global word* image_slot(__global word* stack, uint sp, uint operand) {
    return stack + sp + operand - IMAGE_SLOT_BIAS;
}
WARPEVM_INLINE word image_value(__global word* stack, __global const word* constants, uint sp, uint operand) {
    return operand < IMAGE_FIRST_CONSTANT ? stack[sp + operand - IMAGE_SLOT_BIAS]
                                          : constants[operand - IMAGE_FIRST_CONSTANT];
}

#endif
