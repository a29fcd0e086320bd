// SPDX-License-Identifier: Apache-2.0
// Keys to rows, from many threads and without locks.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <memory>
#include <optional>

#include "fallback/table/rows.hpp"

namespace warpevm {

/// Places for the rows that lead on from an entry, by two bits of the hash.
using Branches = std::array<std::atomic<Row>, 4>;

/// Tries of entries, one for each head, which hold their key (`is(key)`) and their `branches`. Entries are
/// only ever added. A head with n entries finds one in some log4(n) steps: nothing need grow, however many
/// keys few transactions touch.
template <class Entry>
class Interner {
  public:
    using Stretch = typename Rows<Entry>::Stretch;

    [[nodiscard]] Entry& operator[](Row row) const { return m_rows[row]; }

    /// Forgets everything and makes room for about `expected` entries; more are found in a step more for
    /// every four times as many. No thread may hold an entry.
    void reset(size_t expected) {
        m_rows.clear();
        const size_t wanted = std::bit_ceil(std::max<size_t>(expected, 64));
        if (wanted != m_size) {
            m_heads = std::make_unique<Place[]>(wanted);
            m_size = wanted;
            return;
        }
        for (size_t i = 0; i < m_size; ++i) m_heads[i].store(0, std::memory_order_relaxed);
    }

    /// For who will look for it soon: where its head is, and then, once that has come, the first entry there.
    void prefetch_head(size_t hash) const { __builtin_prefetch(&head(hash)); }
    void prefetch_entry(size_t hash) const {
        const Row at = head(hash).load(std::memory_order_relaxed);
        if (at == 0) return;
        const char* entry = reinterpret_cast<const char*>(&m_rows[at - 1]);
        for (size_t line = 0; line < sizeof(Entry); line += 64) __builtin_prefetch(entry + line);
    }

    /// Nothing where it was not added so far.
    template <class Key>
    [[nodiscard]] std::optional<Row> find(size_t hash, const Key& key) const {
        const Place* place = &head(hash);
        for (size_t bits = hash;; bits = next(bits)) {
            const Row at = place->load(std::memory_order_acquire);
            if (at == 0) return std::nullopt;
            Entry& entry = m_rows[at - 1];
            if (entry.is(key)) return at - 1;
            place = &branch(entry, bits);
        }
    }

    /// A new row comes from the caller's stretch, and is lost where another thread adds the same key
    /// meanwhile.
    template <class Key>
    Row find_or_add(size_t hash, const Key& key, Stretch& stretch) {
        Row made = 0;
        Place* place = &head(hash);
        for (size_t bits = hash;; bits = next(bits)) {
            Row at = place->load(std::memory_order_acquire);
            if (at == 0) {
                if (made == 0) made = stretch.make(m_rows, key) + 1;
                if (place->compare_exchange_strong(at, made, std::memory_order_acq_rel,
                                                   std::memory_order_acquire))
                    return made - 1;
            }
            Entry& entry = m_rows[at - 1];
            if (entry.is(key)) return at - 1;
            place = &branch(entry, bits);
        }
    }

  private:
    using Place = std::atomic<Row>;  ///< one above the row; 0: none

    [[nodiscard]] Place& head(size_t hash) const { return m_heads[hash & (m_size - 1)]; }
    /// Heads go by the lowest bits, branches by the highest. Where all are used up, the hashes are the same.
    static Place& branch(Entry& entry, size_t bits) { return entry.branches[bits >> (8 * sizeof bits - 2)]; }
    static size_t next(size_t bits) { return bits << 2; }

    Rows<Entry> m_rows;
    std::unique_ptr<Place[]> m_heads;
    size_t m_size = 0;
};

}  // namespace warpevm
