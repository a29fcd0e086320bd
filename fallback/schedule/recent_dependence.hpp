// SPDX-License-Identifier: Apache-2.0
// How the last transactions that ran on the journal depended on one another: what speculating the next ones
// can be expected to bring, before anything is spent on it.
#pragma once

#include <array>
#include <cstdint>

#include "fallback/table/entries.hpp"

namespace warpevm {

class RecentDependence {
  public:
    /// So many are remembered: a power of two.
    static constexpr uint32_t capacity = 64;

    /// `distance`: how many transactions ago the youngest change was made that this one saw; 0: it saw none.
    void note(uint64_t gas, uint32_t distance) { m_seen[m_count++ % capacity] = {gas, distance}; }
    /// What follows is on another state, or after transactions that were not noted.
    void forget() { m_count = 0; }

    struct Sum {
        uint32_t transactions = 0;
        uint64_t gas = 0;
        uint32_t near = 0;  ///< that needed one of the `reach` before
        Chain longest;      ///< by gas
    };
    [[nodiscard]] Sum sum(uint32_t reach) const;

  private:
    struct Seen {
        uint64_t gas;
        uint32_t distance;
    };
    std::array<Seen, capacity> m_seen;
    uint32_t m_count = 0;
};

}  // namespace warpevm
