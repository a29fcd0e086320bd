// SPDX-License-Identifier: Apache-2.0
// Which fork rules hold at which block of a chain: mainnet's schedule, a genesis file's, or a test network's.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evm/base/result.hpp"
#include "evm/base/u256.hpp"
#include "evm/types/rules.hpp"

namespace warpevm {

/// A part of a configuration that this build has no rules for: it matters once it is active.
struct UnknownRules {
    std::string key;     ///< as the configuration spells it
    uint64_t start = 0;  ///< a block number, or a time
    bool by_time = true;
    bool operator==(const UnknownRules&) const = default;
};

/// What a header says of the merge beside its number and time (EIP-3675).
struct MergeHints {
    std::optional<U256> difficulty;
    std::optional<U256> parent_total_difficulty;
};

/// A chain's fork schedule. A plain value.
struct ChainConfig {
    uint64_t chain_id = 1;
    /// Where a fork starts: a block number before Paris, a timestamp after it; nothing where it never does.
    /// Paris's own entry is the block number at which it started, for chains whose history is known.
    std::array<std::optional<uint64_t>, fork_count> start{};
    /// EIP-3675; nothing: the chain never merges. Zero: it is merged from its first block on.
    std::optional<U256> terminal_total_difficulty;
    /// The block that moves the DAO's balances (EIP-779).
    std::optional<uint64_t> dao_block;
    /// Blob parameters by fork; a fork without its own keeps those of the fork before.
    std::array<std::optional<BlobSchedule>, fork_count> blobs{};
    /// Whose logs are deposits (EIP-6110).
    Address deposit_contract = deposit_contract_address;
    /// Forks that the configuration names and that are not implemented.
    std::vector<UnknownRules> unknown;

    bool operator==(const ChainConfig&) const = default;

    [[nodiscard]] std::optional<uint64_t>& start_of(Fork fork) { return start[static_cast<size_t>(fork)]; }
    [[nodiscard]] const std::optional<uint64_t>& start_of(Fork fork) const {
        return start[static_cast<size_t>(fork)];
    }
    [[nodiscard]] BlobSchedule blobs_of(Fork fork) const;

    /// True where a block whose parent has this total difficulty is made by proof of stake (EIP-3675).
    [[nodiscard]] bool merged(const U256& parent_total_difficulty) const {
        return terminal_total_difficulty && parent_total_difficulty >= *terminal_total_difficulty;
    }
    /// The same where not all is known: by Paris's known block, a terminal total difficulty of zero or a fork
    /// after Paris; else by the parent's total difficulty; else by the difficulty, which is zero only after
    /// the merge. (Paris's known block may lie after the merge: it is where geth's nodes part, not where
    /// Paris starts.)
    [[nodiscard]] bool merged_at(uint64_t number, uint64_t timestamp, const MergeHints& hints = {}) const;
    /// An error that names the first part of the configuration which holds at this block and is not known
    /// here.
    [[nodiscard]] Result<void> check_known_at(uint64_t number, uint64_t timestamp) const;

    /// The rules of the block; `paris` says whether it is a proof-of-stake block.
    [[nodiscard]] Rules rules_at(uint64_t number, uint64_t timestamp, bool paris) const;
    [[nodiscard]] Rules rules_at(uint64_t number, uint64_t timestamp) const {
        return rules_at(number, timestamp, merged_at(number, timestamp));
    }

    /// Takes over a fixture's or genesis file's blobSchedule: {"Cancun": {"target":…, "max":…,
    /// "baseFeeUpdateFraction":…}}.
    Result<void> read_blob_schedule(std::string_view json);
};

/// Ethereum's main chain up to BPO2.
const ChainConfig& mainnet();
/// A public chain by its name: mainnet, sepolia, holesky or hoodi; null for any other.
const ChainConfig* named_chain(std::string_view name);

/// Reads the `config` object of a genesis.json. Block numbers and times are numbers or QUANTITY strings.
Result<ChainConfig> from_genesis_config(std::string_view json);

/// A network as blockchain fixtures name it: a fork from genesis on ("EIP150", "Merge"), or a change of forks
/// at a block, a time or a total difficulty ("BerlinToLondonAt5", "BPO1ToBPO2AtTime15k",
/// "ArrowGlacierToParisAtDiffC0000").
Result<ChainConfig> network_config(std::string_view name);

}  // namespace warpevm
