// SPDX-License-Identifier: Apache-2.0
// How the last transactions that were executed on the journal depended on one another: predicts the conflicts
// of the next ones before anything is spent on speculating them.
#pragma once

#include <array>
#include <cstdint>

#include "fallback/table/entries.hpp"

namespace warpevm {

class RecentDependence {
  public:
    /// So many are remembered: a power of two.
    static constexpr uint32_t capacity = 64;

    /// `distance`: how many transactions ago the latest write that this one read was made; 0: it read none.
    void note(uint64_t gas, uint32_t distance) { m_seen[m_count++ % capacity] = {gas, distance}; }
    /// Transactions that were not noted come between, or the state is another.
    void forget() { m_count = 0; }

    struct Sum {
        uint32_t transactions = 0;
        uint64_t gas = 0;
        uint32_t near = 0;  ///< that depend on one of the `reach` before
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
