// SPDX-License-Identifier: Apache-2.0
// Memory for what an image is made of: handed out in a row, given back all at once.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <new>
#include <type_traits>
#include <vector>

namespace warpevm::fast {

class Arena {
  public:
    /// `count` objects next to one another, value-initialised.
    template <class T>
    T* make(size_t count = 1) {
        static_assert(std::is_trivially_destructible_v<T> && alignof(T) <= alignment);
        T* const first = static_cast<T*>(take(count * sizeof(T)));
        std::uninitialized_value_construct_n(first, count);
        return first;
    }

    /// What was taken from the system, in bytes.
    [[nodiscard]] size_t size() const { return m_size; }

  private:
    static constexpr size_t alignment = 32;
    struct Free {
        void operator()(void* p) const { std::free(p); }
    };

    void* take(size_t size) {
        size = (size + alignment - 1) / alignment * alignment;
        if (size > m_left) {
            // Chunks grow with the image, so that small codes stay small.
            const size_t chunk = std::max(size, std::clamp<size_t>(2 * m_last, 2048, 65536));
            std::unique_ptr<void, Free> memory(std::aligned_alloc(alignment, chunk));
            if (memory == nullptr) throw std::bad_alloc();
            m_chunks.push_back(std::move(memory));
            m_next = static_cast<char*>(m_chunks.back().get());
            m_left = m_last = chunk;
            m_size += chunk;
        }
        void* const place = m_next;
        m_next += size;
        m_left -= size;
        return place;
    }

    std::vector<std::unique_ptr<void, Free>> m_chunks;
    char* m_next = nullptr;
    size_t m_left = 0;
    size_t m_last = 0;
    size_t m_size = 0;
};

}  // namespace warpevm::fast
