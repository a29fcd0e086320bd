// SPDX-License-Identifier: Apache-2.0
// Entries by row: 32-bit numbers, so that they mean the same in records, on devices and in files. Many
// threads add entries and look others up without locks. An entry stays where it is until everything is
// forgotten.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include "evm/types/records.hpp"

namespace warpevm {

/// Segments of memory, each twice as large as the one before: nothing moves when it grows.
template <class Entry>
class Rows {
    static_assert(std::is_trivially_destructible_v<Entry>, "entries are forgotten, not destroyed");

  public:
    Rows() = default;
    Rows(const Rows&) = delete;
    Rows& operator=(const Rows&) = delete;
    ~Rows() { forget_from(0); }

    [[nodiscard]] Entry& operator[](Row row) const {
        const uint32_t segment = segment_of(row);
        return m_segments[segment].load(std::memory_order_acquire)[row - first_row(segment)];
    }

    /// Rows that one thread fills, one after the other. What is not used up is lost.
    class Stretch {
      public:
        /// The next row, its entry made from `arguments`.
        template <class... Arguments>
        Row make(Rows& rows, Arguments&&... arguments) {
            if (m_next == m_end) {
                m_next = rows.reserve();
                m_end = m_next + stretch;
            }
            ::new (static_cast<void*>(&rows[m_next])) Entry(std::forward<Arguments>(arguments)...);
            return m_next++;
        }
        void clear() { m_next = m_end = 0; }

      private:
        Row m_next = 0, m_end = 0;
    };

    /// Forgets all entries. Memory stays, but for what a large window needed. Stretches must be cleared too.
    void clear() {
        m_reserved.store(0, std::memory_order_relaxed);
        forget_from(kept_segments);
    }

  private:
    static constexpr Row stretch = 64;
    static constexpr uint32_t kept_segments = 11;  ///< 130,000 entries
    static constexpr uint32_t segments = 25;       ///< 2^30 entries and more: ROW_IS_NEW_KEY stays free

    static uint32_t segment_of(Row row) {
        return static_cast<uint32_t>(std::bit_width(row / stretch + 1)) - 1;
    }
    static Row first_row(uint32_t segment) { return stretch * ((Row{1} << segment) - 1); }
    static size_t size_of(uint32_t segment) { return size_t{stretch} << segment; }

    /// A stretch of rows whose segment is there.
    Row reserve() {
        const Row first = m_reserved.fetch_add(stretch, std::memory_order_relaxed);
        if (first >= ROW_IS_NEW_KEY) throw std::bad_alloc();
        const uint32_t segment = segment_of(first);
        if (m_segments[segment].load(std::memory_order_acquire) != nullptr) return first;
        Entry* none = nullptr;
        Entry* made = std::allocator<Entry>().allocate(size_of(segment));
        if (!m_segments[segment].compare_exchange_strong(none, made, std::memory_order_acq_rel))
            std::allocator<Entry>().deallocate(made, size_of(segment));  // another thread was first
        return first;
    }
    void forget_from(uint32_t first) {
        for (uint32_t i = first; i < segments; ++i)
            if (Entry* segment = m_segments[i].exchange(nullptr, std::memory_order_relaxed))
                std::allocator<Entry>().deallocate(segment, size_of(i));
    }

    std::array<std::atomic<Entry*>, segments> m_segments{};
    std::atomic<Row> m_reserved{0};
};

}  // namespace warpevm
