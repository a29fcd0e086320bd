// SPDX-License-Identifier: Apache-2.0
// Lays jobs out for a launch: envelopes (all their numbers by evm/chain), environments, and what the
// pre-states say of the accounts and slots that the transactions name themselves.
#pragma once

#include <map>

#include "host/offload/code_store.hpp"
#include "host/offload/offload_job.hpp"

namespace warpevm {

/// Code that an authorization makes an account have (EIP-7702).
struct Designator {
    size_t job = 0;
    Hash hash;
    Bytes code;
};

/// The flat arrays of one launch.
struct PackedJobs {
    /// Those of jobs that can't be offloaded have the status that says why.
    std::vector<kernel::lane_record> lanes;
    Bytes inputs;
    std::vector<kernel::environment_record> environments;
    std::vector<Designator> designators;
};

/// The same for all batches: prices and limits of each fork, by its number.
std::vector<kernel::fork_record> fork_records();

/// What a state view says of an account; nothing where it does not know or failed.
std::optional<kernel::account_entry> account_entry_of(const Address& address, const Read<AccountRecord>& read,
                                                      const CodeStore& codes, bool unknown_is_absent);

/// `unknown_is_absent`: what a view does not know is not there. Codes that are called for sure are added to
/// `codes`.
PackedJobs pack_jobs(std::span<const OffloadJob> jobs, CodeStore& codes, bool unknown_is_absent);

}  // namespace warpevm
