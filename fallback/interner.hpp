// SPDX-License-Identifier: Apache-2.0
// Keys to entries, from many threads and without locks. Entries stay where they are until everything is
// forgotten, and the memory stays for the next window.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <memory>
#include <new>
#include <vector>

#include "evm/base/bytes.hpp"

namespace warpevm {

/// Objects of one type at places of their own, all destroyed at once. Of one thread.
template <class T>
class Arena {
  public:
    Arena() = default;
    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;
    ~Arena() { clear(); }

    template <class... Arguments>
    T* make(Arguments&&... arguments) {
        if (m_count == m_chunks.size() * chunk_size) m_chunks.push_back(std::make_unique<Chunk>());
        T* made = ::new (place(m_count)) T(std::forward<Arguments>(arguments)...);
        ++m_count;
        return made;
    }
    void clear() {
        for (; m_count != 0; --m_count) std::launder(static_cast<T*>(place(m_count - 1)))->~T();
    }

  private:
    static constexpr size_t chunk_size = 64;
    struct Chunk {
        alignas(T) std::array<std::byte, sizeof(T) * chunk_size> bytes;
    };
    void* place(size_t index) {
        return m_chunks[index / chunk_size]->bytes.data() + index % chunk_size * sizeof(T);
    }
    std::vector<std::unique_ptr<Chunk>> m_chunks;
    size_t m_count = 0;
};

/// Chains of entries, which hold their key (`is(key)`) and their successor (`next`). Entries are only ever
/// added.
template <class Entry>
class Interner {
  public:
    /// Forgets everything and makes room for about `expected` entries; more are found a little more slowly.
    /// Nobody may hold an entry.
    void reset(size_t expected) {
        const size_t wanted = std::bit_ceil(std::max<size_t>(expected, 64));
        if (wanted != m_size) {
            m_heads = std::make_unique<std::atomic<Entry*>[]>(wanted);
            m_size = wanted;
            return;
        }
        for (size_t i = 0; i < m_size; ++i) m_heads[i].store(nullptr, std::memory_order_relaxed);
    }

    /// Null where nobody added it so far.
    template <class Key>
    [[nodiscard]] Entry* find(size_t hash, const Key& key) const {
        return find(m_heads[hash & (m_size - 1)].load(std::memory_order_acquire), nullptr, key);
    }

    /// `made` comes from the caller's arena, and is wasted where another thread adds the same key meanwhile.
    template <class Key, class... Arguments>
    Entry* find_or_add(size_t hash, const Key& key, Arena<Entry>& arena, Arguments&&... arguments) {
        std::atomic<Entry*>& head = m_heads[hash & (m_size - 1)];
        Entry* first = head.load(std::memory_order_acquire);
        if (Entry* found = find(first, nullptr, key)) return found;
        Entry* made = arena.make(std::forward<Arguments>(arguments)...);
        for (;;) {
            Entry* const searched = first;
            made->next = first;
            if (head.compare_exchange_weak(first, made, std::memory_order_acq_rel, std::memory_order_acquire))
                return made;
            if (Entry* found = find(first, searched, key)) return found;
        }
    }

  private:
    template <class Key>
    static Entry* find(Entry* from, const Entry* end, const Key& key) {
        for (; from != end; from = from->next)
            if (from->is(key)) return from;
        return nullptr;
    }

    std::unique_ptr<std::atomic<Entry*>[]> m_heads;
    size_t m_size = 0;
};

}  // namespace warpevm
