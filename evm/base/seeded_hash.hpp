// SPDX-License-Identifier: Apache-2.0
// The hash of tables whose keys transactions choose (addresses, slots, topics, code hashes). It is seeded per
// process, so that keys which collide here can't be prepared.
//
// Vector multiply-shift (Dietzfelbinger 1996; Thorup, "High Speed Hashing for Integers and Strings", 2015,
// section 3.4): with random 128-bit multipliers a_i and a random b, the upper half of b + sum a_i * x_i
// modulo 2^128 is strongly universal: the hashes of any two different keys are independent and uniform in all
// 64 bits. A key costs two multiplications a word; SipHash-1-3, the usual choice, three times as much.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <cstddef>
#include <cstdint>

namespace warpevm {

class HashSeed {
  public:
    static constexpr size_t max_words = 8;

    /// From the system's source of randomness.
    HashSeed();
    /// For tests: other seeds must give the same results.
    explicit HashSeed(uint64_t seed);

    /// Of up to max_words words; keys of one table have the same number.
    template <class... Words>
    [[nodiscard]] size_t operator()(Words... words) const {
        static_assert(sizeof...(Words) <= max_words);
        Wide sum = m_sum;
        size_t i = 0;
        ((sum += m_multipliers[i++] * static_cast<uint64_t>(words)), ...);
        return static_cast<size_t>(sum >> 64);
    }

  private:
    __extension__ using Wide = unsigned __int128;
    template <class Random>
    void fill(Random random);

    Wide m_multipliers[max_words];
    Wide m_sum;
};

/// Set before anything else of this library is initialised. Assigned to by tests only, while no table is
/// alive.
extern HashSeed hash_seed;

/// For hash tables: asks hash_value of the key's type, whose bits are as good as random.
struct SeededHash {
    using is_avalanching = void;
    template <class Key>
    size_t operator()(const Key& key) const {
        return hash_value(key);
    }
};
template <class Key, class Value>
using SeededMap = boost::unordered_flat_map<Key, Value, SeededHash>;
template <class Key>
using SeededSet = boost::unordered_flat_set<Key, SeededHash>;

}  // namespace warpevm
