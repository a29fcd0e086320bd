// SPDX-License-Identifier: Apache-2.0
// What the records of lane.h and of evm/types/records.h are made of, as kernels see it.
#ifndef WARPEVM_KERNELS_LANE_TYPES_H
#define WARPEVM_KERNELS_LANE_TYPES_H

#include "kernels/shared.h"

// 256 bits as four limbs, least significant first; or 32 bytes in the order of memory.
typedef struct {
    ulong v[4];
} word;

// 20 bytes in the order of memory.
typedef struct {
    uint v[5];
} address20;

#define WARPEVM_WORD word
#define WARPEVM_HASH word
#define WARPEVM_ADDRESS address20
#include "evm/types/records.h"
#include "kernels/image.h"
#include "kernels/lane.h"
#include "kernels/transfer.h"

#endif
