// SPDX-License-Identifier: Apache-2.0
// Tells the address sanitizer which parts of our own segments nobody may touch now. Nothing in other builds.
#pragma once

#include <cstddef>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WARPEVM_ADDRESS_SANITIZER 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define WARPEVM_ADDRESS_SANITIZER 1
#endif

#if defined(WARPEVM_ADDRESS_SANITIZER)
#include <sanitizer/asan_interface.h>
#endif

namespace warpevm {

inline void poison([[maybe_unused]] const void* begin, [[maybe_unused]] size_t size) {
#if defined(WARPEVM_ADDRESS_SANITIZER)
    __asan_poison_memory_region(begin, size);
#endif
}
inline void unpoison([[maybe_unused]] const void* begin, [[maybe_unused]] size_t size) {
#if defined(WARPEVM_ADDRESS_SANITIZER)
    __asan_unpoison_memory_region(begin, size);
#endif
}

}  // namespace warpevm
