// SPDX-License-Identifier: Apache-2.0
// 32-bit limbs with sliding windows.
#define WARPEVM_LIMB_BITS 32
#define WARPEVM_FIXED_WINDOWS 0
#define VARIANT limbs32_sliding
#include "tests/kernels/arithmetic_variant.inc"
