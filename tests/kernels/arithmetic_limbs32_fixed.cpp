// SPDX-License-Identifier: Apache-2.0
// What GPUs get: 32-bit limbs, portable, windows at fixed places.
#define WARPEVM_LIMB_BITS 32
#define WARPEVM_PORTABLE 1
#define WARPEVM_FIXED_WINDOWS 1
#define VARIANT limbs32_fixed
#include "tests/kernels/arithmetic_variant.inc"
