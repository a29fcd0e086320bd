// SPDX-License-Identifier: Apache-2.0
#include "tests/exhaustion/scarce_memory.hpp"

#include <link.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>

namespace warpevm::test {
namespace {

constexpr int64_t plenty = INT64_MAX / 2;
std::atomic<int64_t> left{plenty}, start{plenty};
std::atomic<bool> to_the_end{false};

/// Where libtbb lies. Its workers end the process where an allocation of their own fails, which is not ours
/// to mend, so those succeed.
struct TbbRange {
    uintptr_t begin = 0, end = 0;
    TbbRange() { dl_iterate_phdr(&look_at, this); }
    static int look_at(dl_phdr_info* library, size_t, void* self) {
        if (library->dlpi_name == nullptr || std::strstr(library->dlpi_name, "libtbb.so") == nullptr)
            return 0;
        auto& range = *static_cast<TbbRange*>(self);
        range.begin = library->dlpi_addr;
        for (int i = 0; i < library->dlpi_phnum; ++i)
            range.end = std::max(range.end, library->dlpi_addr + library->dlpi_phdr[i].p_vaddr +
                                                library->dlpi_phdr[i].p_memsz);
        return 1;
    }
};

void* allocate(size_t size, size_t alignment, const void* caller) {
    static const TbbRange tbb;
    const auto at = reinterpret_cast<uintptr_t>(caller);
    const bool counts = at < tbb.begin || at >= tbb.end;
    const int64_t number = counts ? left.fetch_sub(1, std::memory_order_relaxed) : plenty;
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
    return warpevm::test::allocate(size, 1, __builtin_return_address(0));
}
void* operator new(size_t size, std::align_val_t alignment) {
    return warpevm::test::allocate(size, static_cast<size_t>(alignment), __builtin_return_address(0));
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
