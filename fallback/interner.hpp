// SPDX-License-Identifier: Apache-2.0
// Keys to entries, from many threads. Entries stay where they are until everything is forgotten, and the
// memory stays for the next window.
#pragma once

#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <memory>
#include <mutex>
#include <new>
#include <vector>

#include "evm/base/bytes.hpp"
#include "fallback/spin_lock.hpp"

namespace warpevm {

/// Objects of one type at places of their own, all destroyed at once.
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
    static constexpr size_t chunk_size = 16;
    struct Chunk {
        alignas(T) std::array<std::byte, sizeof(T) * chunk_size> bytes;
    };
    void* place(size_t index) {
        return m_chunks[index / chunk_size]->bytes.data() + index % chunk_size * sizeof(T);
    }
    std::vector<std::unique_ptr<Chunk>> m_chunks;
    size_t m_count = 0;
};

template <class Key, class Entry>
class Interner {
  public:
    template <class... Arguments>
    Entry* find_or_add(const Key& key, Arguments&&... arguments) {
        Shard& shard = m_shards[(hash_value(key) >> 48) % shards];
        const std::lock_guard held(shard.lock);
        const auto [it, fresh] = shard.entries.try_emplace(key, nullptr);
        if (fresh) it->second = shard.storage.make(std::forward<Arguments>(arguments)...);
        return it->second;
    }
    /// Nobody may hold an entry.
    void clear() {
        for (Shard& shard : m_shards) {
            shard.entries.clear();
            shard.storage.clear();
        }
    }

  private:
    static constexpr size_t shards = 64;
    struct alignas(64) Shard {
        SpinLock lock;
        boost::unordered_flat_map<Key, Entry*> entries;
        Arena<Entry> storage;
    };
    std::array<Shard, shards> m_shards;
};

}  // namespace warpevm
