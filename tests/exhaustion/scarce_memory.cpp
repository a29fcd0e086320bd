// SPDX-License-Identifier: Apache-2.0
#include "tests/exhaustion/scarce_memory.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

namespace warpevm::test {
namespace {

constexpr int64_t plenty = INT64_MAX / 2;
std::atomic<int64_t> left{plenty}, start{plenty};
std::atomic<bool> to_the_end{false};

void* allocate(size_t size, size_t alignment) {
    const int64_t number = left.fetch_sub(1, std::memory_order_relaxed);
    if (number == 1 || (number < 1 && to_the_end.load(std::memory_order_relaxed))) throw std::bad_alloc();
    size = (size + alignment - 1) / alignment * alignment;
    void* const made = alignment <= alignof(std::max_align_t) ? std::malloc(size == 0 ? 1 : size)
                                                              : std::aligned_alloc(alignment, size);
    if (made == nullptr) throw std::bad_alloc();
    return made;
}

}  // namespace

ScarceMemory::ScarceMemory(int64_t n, Until until) {
    to_the_end = until == Until::end;
    start = n;
    left = n;
}
ScarceMemory::~ScarceMemory() {
    to_the_end = false;
    start = plenty;
    left = plenty;
}
int64_t ScarceMemory::made() {
    return start - left;
}
bool ScarceMemory::failed() {
    return left < 1;
}

}  // namespace warpevm::test

// The other forms call these (C++20, 17.6.3).
void* operator new(size_t size) {
    return warpevm::test::allocate(size, 1);
}
void* operator new(size_t size, std::align_val_t alignment) {
    return warpevm::test::allocate(size, static_cast<size_t>(alignment));
}
void operator delete(void* p) noexcept {
    std::free(p);
}
void operator delete(void* p, size_t) noexcept {
    std::free(p);
}
void operator delete(void* p, std::align_val_t) noexcept {
    std::free(p);
}
void operator delete(void* p, size_t, std::align_val_t) noexcept {
    std::free(p);
}
