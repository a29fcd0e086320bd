// SPDX-License-Identifier: Apache-2.0
#include "evm/base/native_stack.hpp"

#include <pthread.h>

#include <cstdint>
#include <exception>
#include <limits>
#include <new>

#include "evm/base/poison.hpp"

namespace warpevm {
namespace {

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define WARPEVM_THREAD_SANITIZER 1
#endif
#endif

// Measured for 1,024 nested CREATE2s, the deepest kind: 1.5 MB by GCC 12 -O3; sanitizers' frames are several
// times as large. tests/vm/native_stack_test.cpp goes down there on a stack of exactly this size.
#if defined(WARPEVM_ADDRESS_SANITIZER) || defined(WARPEVM_THREAD_SANITIZER)
constexpr size_t needed = size_t{24} << 20;
#elif !defined(NDEBUG)
constexpr size_t needed = size_t{8} << 20;
#else
constexpr size_t needed = size_t{3} << 20;
#endif

/// The lowest address of the calling thread's stack; asked for once, since for a main thread the system reads
/// a file.
uintptr_t lowest_address() {
    thread_local const uintptr_t lowest = [] {
#if defined(__APPLE__)
        const pthread_t self = pthread_self();
        return reinterpret_cast<uintptr_t>(pthread_get_stackaddr_np(self)) - pthread_get_stacksize_np(self);
#else
        pthread_attr_t attributes;
        if (pthread_getattr_np(pthread_self(), &attributes) != 0) return uintptr_t{0};
        void* address = nullptr;
        size_t size = 0, guard = 0;
        pthread_attr_getstack(&attributes, &address, &size);
        pthread_attr_getguardsize(&attributes, &guard);
        pthread_attr_destroy(&attributes);
        return reinterpret_cast<uintptr_t>(address) + guard;
#endif
    }();
    return lowest;
}

struct Errand {
    const std::function<void()>& work;
    std::exception_ptr thrown;

    static void* run(void* self) {
        auto* errand = static_cast<Errand*>(self);
        try {
            errand->work();
        } catch (...) {
            errand->thrown = std::current_exception();
        }
        return nullptr;
    }
};

}  // namespace

const size_t needed_native_stack = needed;

size_t native_stack_left() {
    const uintptr_t lowest = lowest_address();
    // Not the address of a local: under the address sanitizer that may lie elsewhere.
    const auto here = reinterpret_cast<uintptr_t>(__builtin_frame_address(0));
    return lowest == 0 || here < lowest ? std::numeric_limits<size_t>::max() : here - lowest;
}

void with_native_stack(size_t bytes, const std::function<void()>& work) {
    if (native_stack_left() >= bytes) return work();
    Errand errand{work, nullptr};
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    constexpr size_t of_the_library = size_t{64} << 10;
    pthread_t thread{};
    const bool started = pthread_attr_setstacksize(&attributes, bytes + of_the_library) == 0 &&
                         pthread_create(&thread, &attributes, Errand::run, &errand) == 0;
    pthread_attr_destroy(&attributes);
    if (!started) throw std::bad_alloc();
    pthread_join(thread, nullptr);
    if (errand.thrown) std::rethrow_exception(errand.thrown);
}

}  // namespace warpevm
