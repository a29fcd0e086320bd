// SPDX-License-Identifier: Apache-2.0
// What offloaded transactions sent over the bus, by what it was.
#pragma once

#include <cstdint>

namespace warpevm {

/// Bytes. Members of kernels/exchange.h and kernels/lane.h unless it says otherwise.
struct Traffic {
    // Up.
    uint64_t envelopes = 0;  ///< with authorizations, slots and blob hashes, but for the call data
    uint64_t call_data = 0;
    uint64_t accounts = 0;  ///< given_account, of those that go along with envelopes
    uint64_t tables =
        0;  ///< shared: environments, forks, codes and images, hashes of blocks, the shape of lanes
    uint64_t launches = 0;  ///< launch_head, lane_place
    uint64_t answers = 0;
    // Down.
    uint64_t reports = 0;
    uint64_t needs = 0;  ///< with the inputs of precompiles
    uint64_t results = 0;

    Traffic& operator+=(const Traffic& other) {
        for (const auto counter :
             {&Traffic::envelopes, &Traffic::call_data, &Traffic::accounts, &Traffic::tables,
              &Traffic::launches, &Traffic::answers, &Traffic::reports, &Traffic::needs, &Traffic::results})
            this->*counter += other.*counter;
        return *this;
    }
    [[nodiscard]] uint64_t up() const {
        return envelopes + call_data + accounts + tables + launches + answers;
    }
    [[nodiscard]] uint64_t down() const { return reports + needs + results; }
};

}  // namespace warpevm
