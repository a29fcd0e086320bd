// SPDX-License-Identifier: Apache-2.0
// The table of generated workloads: each row makes one block of a known shape from a number of transactions
// and a seed.
#pragma once

#include <span>
#include <string_view>

#include "bench/workload/prepared_block.hpp"

namespace warpevm::workload {

struct ScenarioSize {
    size_t transactions = 1000;
    uint64_t seed = 1;
};

struct Scenario {
    std::string_view workload;
    /// Empty where the workload has one case only.
    std::string_view name;
    /// What the workload's cases differ in: per cent, or a distance.
    uint32_t parameter;
    PreparedBlock (*make)(const ScenarioSize& size, uint32_t parameter);

    [[nodiscard]] PreparedBlock block(const ScenarioSize& size) const { return make(size, parameter); }
};

/// All, grouped by workload.
std::span<const Scenario> scenarios();

// The rows' makers, by the file that they are in.

// independent.cpp: no two transactions meet, except in the beneficiary.
PreparedBlock independent_transfers(const ScenarioSize& size, uint32_t);
PreparedBlock independent_token_transfers(const ScenarioSize& size, uint32_t);
PreparedBlock independent_swaps(const ScenarioSize& size, uint32_t);
PreparedBlock independent_arithmetic(const ScenarioSize& size, uint32_t rounds);
PreparedBlock independent_hashing(const ScenarioSize& size, uint32_t rounds);

// contended.cpp: transactions meet, more or less often. All senders differ but in the mixture.
PreparedBlock mints(const ScenarioSize& size, uint32_t collectibles);
PreparedBlock mixture(const ScenarioSize& size, uint32_t);
/// Token transfers to holders drawn by Zipf's law.
PreparedBlock zipf_token_transfers(const ScenarioSize& size, uint32_t);
/// `percent` of the transactions go to one recipient: ether, of which only sums matter; or tokens, whose
/// balance is loaded, added to and stored.
PreparedBlock hot_account(const ScenarioSize& size, uint32_t percent);
PreparedBlock hot_slot(const ScenarioSize& size, uint32_t percent);
/// `percent` of the exchanges are made at one pair.
PreparedBlock hot_pair(const ScenarioSize& size, uint32_t percent);

// chained.cpp: each transaction needs what the one `distance` before it did.
PreparedBlock ether_chain(const ScenarioSize& size, uint32_t distance);
PreparedBlock token_chain(const ScenarioSize& size, uint32_t distance);
/// All of one sender.
PreparedBlock nonce_chain(const ScenarioSize& size, uint32_t);

}  // namespace warpevm::workload
