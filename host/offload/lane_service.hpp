// SPDX-License-Identifier: Apache-2.0
// Serves parked lanes between two launches: state from the state views, batched by view; precompiles by the
// host's.
#pragma once

#include "host/offload/pack.hpp"

namespace warpevm {

/// What all lanes of a launch share, and serving adds to.
struct ServedTables {
    CodeStore* codes = nullptr;
    std::vector<kernel::environment_record>* environments = nullptr;
    std::vector<kernel::hash_window>* hashes = nullptr;
    bool unknown_is_absent = false;
    uint32_t most_parks = 0;
    /// Set where they changed.
    bool environments_changed = false;
};

/// A lane that waits, its job, and a precompile's input.
struct ParkedLane {
    HostLane* lane = nullptr;
    const OffloadJob* job = nullptr;
    BytesView input;
};

/// Answers each lane, or escalates it. The answers' bytes, for the next launch.
Bytes serve_lanes(std::span<ParkedLane> parked, ServedTables& tables);

}  // namespace warpevm
