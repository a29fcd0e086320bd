// SPDX-License-Identifier: Apache-2.0
// 64-bit limbs with mul_hi, and windows at fixed places.
#define WARPEVM_LIMB_BITS 64
#define WARPEVM_PORTABLE 1
#define WARPEVM_FIXED_WINDOWS 1
#define VARIANT limbs64_portable
#include "tests/kernels/arithmetic_variant.inc"
