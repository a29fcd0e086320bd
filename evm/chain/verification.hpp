// SPDX-License-Identifier: Apache-2.0
// Compares what execution yielded with what a header says.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evm/chain/outcome.hpp"
#include "evm/types/block.hpp"
#include "evm/types/rules.hpp"

namespace warpevm {

/// The results that a header, or an incomplete description of one, states. What is absent is not compared.
struct ExpectedResults {
    std::optional<uint64_t> gas_used;
    std::optional<Bloom> logs_bloom;
    std::optional<Hash> receipts_root;
    std::optional<Hash> state_root;
    std::optional<uint64_t> blob_gas_used;
    std::optional<Hash> requests_hash;
};
ExpectedResults expected_results(const Header& header);

struct Mismatch {
    std::string_view field;  ///< as the JSON of `run` names it
    ErrorCode code{};
    std::string expected;
    std::string got;
    /// The transaction it concerns, where it concerns one.
    std::optional<uint32_t> tx;
};
struct Unchecked {
    std::string_view field;
    std::string why;
};

/// In fixed order: gas_used, blob_gas_used, logs_bloom, receipts_root, requests_hash, state_root.
struct Verification {
    std::vector<Mismatch> mismatches;
    std::vector<Unchecked> unchecked;
    std::vector<std::string_view> checked;
    [[nodiscard]] bool ok() const { return mismatches.empty(); }
    /// The first mismatch as an error of the block, or none.
    [[nodiscard]] Error first_error() const;
};

/// What is known of the post-state: its root, or why there is none.
struct StateRoot {
    std::optional<Hash> root;
    std::string why_not;
};

/// `outcome` belongs to a valid block under `rules`.
Verification verify(const BlockOutcome& outcome, const ExpectedResults& expected, const Rules& rules,
                    const StateRoot& state);

}  // namespace warpevm
