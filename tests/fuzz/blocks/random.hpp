// SPDX-License-Identifier: Apache-2.0
// Choices from a seed: the same on every machine, since std::mt19937_64 is and distributions are not used.
#pragma once

#include <initializer_list>
#include <random>

#include "evm/base/u256.hpp"

namespace warpevm::fuzz {

class Random {
  public:
    explicit Random(uint64_t seed) : m_engine(seed * 0x9e3779b97f4a7c15ULL + 0x1234567) {}

    uint64_t next() { return m_engine(); }
    /// Below `n`, which is not zero.
    uint64_t pick(uint64_t n) { return m_engine() % n; }
    uint64_t between(uint64_t low, uint64_t high) { return low + pick(high - low + 1); }
    bool chance(uint64_t percent) { return pick(100) < percent; }
    template <class Container>
    const auto& of(const Container& all) {
        return all[pick(std::size(all))];
    }
    template <class T>
    T any(std::initializer_list<T> all) {
        return all.begin()[pick(all.size())];
    }
    /// Mostly small: each power of two below `most` is as likely as the next.
    uint64_t by_magnitude(uint64_t most) {
        const auto bits = static_cast<uint64_t>(std::bit_width(most));
        return std::min(most, next() >> (63 - pick(bits + 1)) >> 1);
    }
    U256 word() { return {next(), next(), next(), next()}; }
    Bytes bytes(size_t size) {
        Bytes made(size);
        for (uint8_t& b : made) b = static_cast<uint8_t>(next() >> 20);
        return made;
    }

  private:
    std::mt19937_64 m_engine;
};

}  // namespace warpevm::fuzz
