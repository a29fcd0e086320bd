// SPDX-License-Identifier: Apache-2.0
// Lays jobs out for lanes: envelopes (all their numbers by evm/chain), environments, and what the pre-states
// say of the accounts and slots that the transactions name themselves.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <vector>

#include "host/offload/code_store.hpp"
#include "host/offload/offload_job.hpp"

namespace warpevm {

/// Code that an authorization makes an account have (EIP-7702).
struct Designator {
    Hash hash;
    Bytes code;
};

/// A lane with its job as the host knows it between launches. What lies on the device (kernels/lane.h) is not
/// copied.
struct HostLane {
    size_t job = 0;  ///< its number
    /// Of jobs that can't be offloaded: why not.
    uint32_t status = kernel::STATUS_PAUSED;
    /// It has not ended, and does not wait.
    bool is_runnable = true;
    uint32_t at = 0;           ///< lane_place::at of its next launch: where its envelope is, then its answer
    uint32_t environment = 0;  ///< its place
    uint32_t launches = 0;     ///< in which it was
    uint32_t parks = 0;        ///< how often it has waited
    kernel::lane_need need{};
    uint32_t result_words = 0;  ///< of STATUS_done
    std::vector<Designator> designators;
};

/// What lanes refer to, in flat arrays that grow job by job.
struct PackedJobs {
    Bytes inputs;  ///< envelopes, and the accounts that they name
    std::vector<kernel::environment_record> environments;
    /// Of `inputs`: the accounts', and the call data's.
    uint64_t account_bytes = 0, call_data_bytes = 0;
    /// By a part of its address' hash, where in `inputs` an account was put last. What many lanes name is
    /// there once, unless they know different things of it.
    std::array<uint32_t, 1024> placed{};
    std::map<std::pair<const Rules*, const BlockEnvironment*>, uint32_t> environment_numbers;

    /// Keeps room for what is usual.
    void clear() {
        constexpr size_t most_kept = size_t{128} << 20;
        if (inputs.capacity() > most_kept) inputs = Bytes();
        inputs.clear();
        environments.clear();
        account_bytes = call_data_bytes = 0;
        placed = {};
        environment_numbers.clear();
    }
};

/// What a state view says of an account, for given_account.
struct GivenAccount {
    kernel::given_account account{};
    Hash code_hash;
    /// As it lies in `inputs` or `answers`: a code that is not loaded is told by its hash.
    void append_to(Bytes& bytes) const;
};

/// The same for all batches: prices and limits of each fork, by its number.
std::vector<kernel::fork_record> fork_records();

/// What a state view says of an account; nothing where it does not know or failed.
std::optional<GivenAccount> given_account_of(const Address& address, const Read<AccountRecord>& read,
                                             const CodeStore& codes, bool unknown_is_absent);

/// Adds jobs to `to`, one by one. `unknown_is_absent`: what a view does not know is not there. Codes that are
/// called for sure are added to `codes`. Keeps what it needs from job to job; both must outlive it.
class JobPacker {
  public:
    JobPacker(CodeStore& codes, bool unknown_is_absent, PackedJobs& to);
    ~JobPacker();
    JobPacker(const JobPacker&) = delete;
    JobPacker& operator=(const JobPacker&) = delete;

    HostLane pack(const OffloadJob& job);

  private:
    class Impl;
    std::unique_ptr<Impl> m_impl;
};

}  // namespace warpevm
