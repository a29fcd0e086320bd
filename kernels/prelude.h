// SPDX-License-Identifier: Apache-2.0
// What every kernel file starts from: one spelling for what OpenCL C and the native C++ build say differently.
#ifndef WARPEVM_KERNELS_PRELUDE_H
#define WARPEVM_KERNELS_PRELUDE_H

#define WARPEVM_INLINE static inline __attribute__((always_inline))
#define WARPEVM_CALL static __attribute__((noinline))

#endif
