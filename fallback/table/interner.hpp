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

/// Places for the entries that lead on from an entry, by two bits of the hash.
template <class Entry>
using Branches = std::array<std::atomic<Entry*>, 4>;

/// Tries of entries, one for each head, which hold their key (`is(key)`) and their `branches`. Entries are
/// only ever added. A head with n entries finds one in some log4(n) steps: nothing need grow, however many
/// keys few transactions touch.
template <class Entry>
class Interner {
  public:
    /// Forgets everything and makes room for about `expected` entries; more are found in a step more for
    /// every four times as many. No thread may hold an entry.
    void reset(size_t expected) {
        const size_t wanted = std::bit_ceil(std::max<size_t>(expected, 64));
        if (wanted != m_size) {
            m_heads = std::make_unique<std::atomic<Entry*>[]>(wanted);
            m_size = wanted;
            return;
        }
        for (size_t i = 0; i < m_size; ++i) m_heads[i].store(nullptr, std::memory_order_relaxed);
    }

    /// Null where it was not added so far.
    template <class Key>
    [[nodiscard]] Entry* find(size_t hash, const Key& key) const {
        Entry* entry = head(hash).load(std::memory_order_acquire);
        for (size_t bits = hash; entry != nullptr && !entry->is(key); bits = next(bits))
            entry = branch(*entry, bits).load(std::memory_order_acquire);
        return entry;
    }

    /// `made` comes from the caller's arena, and is wasted where another thread adds the same key meanwhile.
    template <class Key, class... Arguments>
    Entry* find_or_add(size_t hash, const Key& key, Arena<Entry>& arena, Arguments&&... arguments) {
        Entry* made = nullptr;
        std::atomic<Entry*>* place = &head(hash);
        for (size_t bits = hash;; bits = next(bits)) {
            Entry* entry = place->load(std::memory_order_acquire);
            if (entry == nullptr) {
                if (made == nullptr) made = arena.make(std::forward<Arguments>(arguments)...);
                if (place->compare_exchange_strong(entry, made, std::memory_order_acq_rel,
                                                   std::memory_order_acquire))
                    return made;
            }
            if (entry->is(key)) return entry;
            place = &branch(*entry, bits);
        }
    }

  private:
    [[nodiscard]] std::atomic<Entry*>& head(size_t hash) const { return m_heads[hash & (m_size - 1)]; }
    /// Heads go by the lowest bits, branches by the highest. Where all are used up, the hashes are the same.
    static std::atomic<Entry*>& branch(Entry& entry, size_t bits) {
        return entry.branches[bits >> (8 * sizeof bits - 2)];
    }
    static size_t next(size_t bits) { return bits << 2; }

    std::unique_ptr<std::atomic<Entry*>[]> m_heads;
    size_t m_size = 0;
};

}  // namespace warpevm
