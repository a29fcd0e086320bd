// SPDX-License-Identifier: Apache-2.0
// Tells how the device sees what it shares with the host, so that host and tests can compare.
#include "kernels/lane_types.h"
#include "kernels/prelude.h"

// One work-item writes the first `count` facts: 1 if the byte order is little-endian, the size of ulong, the
// rows of facts.def, and the statuses' numbers. Further words stay as they are.
__kernel void probe(__global ulong* facts, uint count) {
    if (get_global_id(0) >= 1) return;
    uint n = 0;
#define FACT(value)                               \
    {                                             \
        if (n < count) facts[n] = (ulong)(value); \
        ++n;                                      \
    }
    const ulong one = 1;
    FACT(*(const uchar*)&one)
    FACT(sizeof(ulong))
#define WARPEVM_SIZE_FACT(type) FACT(sizeof(type))
#define WARPEVM_OFFSET_FACT(type, member)              \
    {                                                  \
        type object;                                   \
        FACT((size_t)&object.member - (size_t)&object) \
    }
#define WARPEVM_VALUE_FACT(constant) FACT(constant)
#include "kernels/facts.def"
#undef WARPEVM_SIZE_FACT
#undef WARPEVM_OFFSET_FACT
#undef WARPEVM_VALUE_FACT
#define WARPEVM_KERNEL_STATUS(name, number) FACT(STATUS_##name)
#include "kernels/status.def"
#undef WARPEVM_KERNEL_STATUS
#undef FACT
}
