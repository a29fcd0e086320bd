// SPDX-License-Identifier: Apache-2.0
#include "evm/base/reserved_memory.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <new>

#include "evm/base/poison.hpp"

namespace warpevm {
namespace {

size_t page_size() {
    static const auto size = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    return size;
}
size_t whole_pages(size_t size) {
    return (size + page_size() - 1) / page_size() * page_size();
}

constexpr size_t least_growth = size_t{1} << 20;
/// Of x86-64 and of most others. A smaller one would do as well.
constexpr size_t large_page = size_t{2} << 20;
/// Whoever uses more than this uses much: from here on the system is asked for large pages, since to hand out
/// small ones takes it up to 5 us each. One that lies across this place would not be usable as a whole when
/// it is first touched, since what is usable doubles; then it comes as small ones.
constexpr size_t large_pages_from = large_page;

void prefer_large_pages([[maybe_unused]] uint8_t* begin, [[maybe_unused]] size_t size) {
#if defined(MADV_HUGEPAGE)
    if (size > large_pages_from)  // where the system has none, nothing changes
        (void)madvise(begin + large_pages_from, size - large_pages_from, MADV_HUGEPAGE);
#endif
}

}  // namespace

ReservedMemory::ReservedMemory(size_t size) {
    const size_t enough = size / 256;
    for (size = whole_pages(size); size >= enough; size = whole_pages(size / 2)) {
        // Without access rights it costs no memory, not even where the system promises no more than it has.
        const size_t mapped = size + large_page + page_size();
        void* const place =
            mmap(nullptr, mapped, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (place == MAP_FAILED) continue;
        m_mapped = {static_cast<uint8_t*>(place), mapped};
        m_begin = m_mapped.data() + (large_page - reinterpret_cast<uintptr_t>(place) % large_page);
        m_reserved = size;
        prefer_large_pages(m_begin, m_reserved);
        return;
    }
    throw std::bad_alloc();
}

ReservedMemory::~ReservedMemory() {
    unpoison(m_begin, m_usable);  // the address may be somebody else's next
    munmap(m_mapped.data(), m_mapped.size());
}

bool ReservedMemory::grow(size_t size) {
    if (size <= m_usable) return true;
    if (size > m_reserved) return false;
    const size_t ahead = std::min(m_reserved, whole_pages(std::max({size, 2 * m_usable, least_growth})));
    for (const size_t wanted : {ahead, whole_pages(size)}) {
        if (wanted > m_accessible) {
            const size_t more = wanted - m_accessible;
            if (mprotect(m_begin + m_accessible, more, PROT_READ | PROT_WRITE) != 0) continue;
            m_accessible = wanted;
        }
        m_usable = wanted;
        return true;
    }
    return false;
}

void ReservedMemory::trim(size_t size) {
    size = whole_pages(size);
    if (size >= m_usable) return;
    release(size);
    m_usable = size;
}

void ReservedMemory::release(size_t size) {
    size = whole_pages(size);
    if (size < m_usable) madvise(m_begin + size, m_usable - size, MADV_DONTNEED);
}

}  // namespace warpevm
