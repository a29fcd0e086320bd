// SPDX-License-Identifier: Apache-2.0
// What kernels and host exchange through buffers: fixed-width, naturally aligned members only. The host
// includes this inside a namespace (host/device/kernel_types.hpp), and the probe kernel compares.
#ifndef WARPEVM_KERNELS_SHARED_H
#define WARPEVM_KERNELS_SHARED_H

#ifdef __cplusplus
#define WARPEVM_U64 uint64_t
#define WARPEVM_U32 uint32_t
#else
#define WARPEVM_U64 ulong
#define WARPEVM_U32 uint
#endif

enum kernel_status {
#define WARPEVM_KERNEL_STATUS(name, number) STATUS_##name = number,
#include "kernels/status.def"
#undef WARPEVM_KERNEL_STATUS
    STATUS_COUNT
};

// A signature over a digest, whose signer is asked for.
typedef struct {
    WARPEVM_U64 digest[4];  // 32 bytes in the order of memory
    WARPEVM_U64 r[4];       // least significant word first
    WARPEVM_U64 s[4];
    WARPEVM_U32 recovery_id;  // bit 0: y is odd; bit 1: x is r plus the group's order
    WARPEVM_U32 flags;        // SIGNATURE_*
} signature;

enum signature_flag {
    SIGNATURE_LOW_S = 1  // s above half the group's order is refused (EIP-2)
};

// Sizes in the buffers of recover.cl, in 64-bit words where they say so.
enum recover_layout {
    RECOVER_POINT_WORDS = 8,
    RECOVER_NUMBER_WORDS = 4,
    RECOVER_ADDRESS_WORDS = 5,  // of 32 bits
    GENERATOR_TABLE = 4096,     // points in each of the two tables of the generator
    GENERATOR_POINT_WORDS = 8
};

#endif
