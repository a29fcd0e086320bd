// SPDX-License-Identifier: Apache-2.0
// A set of keys that may say "yes" for one that is not in it, and never "no" for one that is (Bloom 1970, two
// hashes).
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace warpevm {

class KeyFilter {
  public:
    /// Empties it; with `expected` keys it is wrong for one in a few hundred.
    void reset(size_t expected) {
        constexpr size_t bits_each = 32, least = 1024, most = size_t{1} << 25;
        const size_t bits = std::bit_ceil(std::clamp(bits_each * expected, least, most));
        m_words.assign(bits / 64, 0);
        m_mask = bits - 1;
    }
    /// By the hash of its key, all of whose bits are as good as random.
    void insert(size_t hash) {
        word(hash) |= bit(hash);
        word(second(hash)) |= bit(second(hash));
    }
    [[nodiscard]] bool may_contain(size_t hash) const {
        return (m_words[place(hash)] & bit(hash)) != 0 &&
               (m_words[place(second(hash))] & bit(second(hash))) != 0;
    }

  private:
    static size_t second(size_t hash) { return std::rotl(hash, 32); }
    static uint64_t bit(size_t hash) { return uint64_t{1} << (hash % 64); }
    [[nodiscard]] size_t place(size_t hash) const { return (hash & m_mask) / 64; }
    uint64_t& word(size_t hash) { return m_words[place(hash)]; }

    std::vector<uint64_t> m_words = std::vector<uint64_t>(1);
    size_t m_mask = 63;
};

}  // namespace warpevm
