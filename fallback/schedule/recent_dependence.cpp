// SPDX-License-Identifier: Apache-2.0
#include "fallback/schedule/recent_dependence.hpp"

#include <algorithm>

namespace warpevm {

RecentDependence::Sum RecentDependence::sum(uint32_t reach) const {
    Sum sum;
    sum.transactions = std::min(m_count, capacity);
    const uint32_t first = m_count - sum.transactions;
    std::array<Chain, capacity> chains;
    for (uint32_t i = 0; i < sum.transactions; ++i) {
        const Seen& seen = m_seen[(first + i) % capacity];
        chains[i] = {};
        if (seen.distance != 0 && seen.distance <= i) chains[i] = chains[i - seen.distance];
        chains[i].gas += seen.gas;
        ++chains[i].length;
        if (chains[i].gas > sum.longest.gas) sum.longest = chains[i];
        sum.gas += seen.gas;
        if (seen.distance != 0 && seen.distance <= reach) ++sum.near;
    }
    return sum;
}

}  // namespace warpevm
