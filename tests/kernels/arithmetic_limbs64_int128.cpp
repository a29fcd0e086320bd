// SPDX-License-Identifier: Apache-2.0
// What processors get: 64-bit limbs, __int128, sliding windows.
#define WARPEVM_LIMB_BITS 64
#define WARPEVM_FIXED_WINDOWS 0
#define VARIANT limbs64_int128
#include "tests/kernels/arithmetic_variant.inc"
