// SPDX-License-Identifier: Apache-2.0
// The protocol's forks, and the rules that hold for one block.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evm/chain/address_literal.hpp"

namespace warpevm {

enum class Fork : uint8_t {
#define WARPEVM_FORK(id, display) id,
#include "evm/chain/forks.def"
#undef WARPEVM_FORK
};
inline constexpr int fork_count = 0
#define WARPEVM_FORK(id, display) +1
#include "evm/chain/forks.def"
#undef WARPEVM_FORK
    ;

/// The display name ("Tangerine Whistle").
std::string_view name(Fork fork);
/// Reads a display name or a name that fixtures and tools use ("EIP150", "ConstantinopleFix", "Merge",
/// "BPO1", any case).
std::optional<Fork> parse_fork(std::string_view name);

/// All names that parse_fork reads, without spaces, from the oldest fork to the newest.
std::vector<std::string> fork_names();

/// Blob parameters (EIP-4844, EIP-7691, EIP-7840, EIP-7892): blobs per block, and the base fee's update
/// fraction.
struct BlobSchedule {
    uint64_t target = 3;
    uint64_t max = 6;
    uint64_t base_fee_update_fraction = 3338477;
    bool operator==(const BlobSchedule&) const = default;
};
/// Mainnet's blob parameters in `fork`: zeros before Cancun; for BPO3 and BPO4, which it has not scheduled,
/// those of the reference tests; BPO5 repeats BPO4's.
BlobSchedule mainnet_blob_schedule(Fork fork);

/// Mainnet's deposit contract (EIP-6110).
inline constexpr Address deposit_contract_address =
    address_literal("00000000219ab540356cbb839cbe05303d7705fa");

/// What execution must know of the chain at one block. A plain value; the chain configuration makes it.
struct Rules {
    Fork fork = Fork::frontier;
    uint64_t chain_id = 1;
    BlobSchedule blobs{};
    /// True in the one block that moves the DAO's balances (EIP-779).
    bool dao_transition = false;
    /// Whose logs are deposits (EIP-6110).
    Address deposit_contract = deposit_contract_address;

    [[nodiscard]] bool at_least(Fork f) const { return fork >= f; }
};

}  // namespace warpevm
