// SPDX-License-Identifier: Apache-2.0
// What the environment leaves to be computed from the parent, and what geth's tool refuses.
#include <fmt/format.h>

#include "evm/chain/difficulty.hpp"
#include "evm/chain/fees.hpp"
#include "evm/codec/wire.hpp"
#include "tools/t8n/transition.hpp"

namespace warpevm::tools {
namespace {

[[noreturn]] void refuse(const std::string& sentence) {
    throw T8nError(T8nExit::config, sentence);
}

}  // namespace

void complete_environment(json::GivenEnvironment& env, const Rules& rules) {
    if (rules.at_least(Fork::london) && !env.base_fee) {
        if (!env.parent_base_fee || env.number == 0)
            refuse("EIP-1559 config but missing 'parentBaseFee' in env section");
        env.base_fee = next_base_fee(
            {env.parent_gas_limit.value_or(0), env.parent_gas_used.value_or(0), *env.parent_base_fee});
    }
    if (rules.at_least(Fork::shanghai) && !env.withdrawals)
        refuse("Shanghai config but missing 'withdrawals' in env section");
    if (rules.at_least(Fork::paris)) {
        if (!env.random) refuse("post-merge requires currentRandom to be defined in env");
        if (env.difficulty && !env.difficulty->is_zero())
            refuse("post-merge difficulty must be zero (or omitted) in env");
        env.difficulty.reset();
    } else if (!env.difficulty) {
        if (!env.parent_difficulty)
            refuse(
                "currentDifficulty was not provided, and cannot be calculated due to missing "
                "parentDifficulty");
        if (env.number == 0) refuse("currentDifficulty needs to be provided for block number 0");
        if (env.timestamp <= env.parent_timestamp.value_or(0))
            refuse(
                fmt::format("currentDifficulty cannot be calculated -- currentTime ({}) needs to be after "
                            "parent time ({})",
                            env.timestamp, env.parent_timestamp.value_or(0)));
        const bool has_ommers = env.parent_uncle_hash && !env.parent_uncle_hash->is_zero() &&
                                *env.parent_uncle_hash != ommers_hash({});
        env.difficulty = block_difficulty(rules.fork, {.number = env.number,
                                                       .timestamp = env.timestamp,
                                                       .parent_difficulty = *env.parent_difficulty,
                                                       .parent_timestamp = env.parent_timestamp.value_or(0),
                                                       .parent_has_ommers = has_ommers});
    }
    if (!rules.at_least(Fork::shanghai)) env.withdrawals.reset();
    if (!rules.at_least(Fork::cancun)) {
        env.parent_beacon_block_root.reset();
        env.excess_blob_gas.reset();
        return;
    }
    if (!env.parent_beacon_block_root) refuse("post-cancun env requires parentBeaconBlockRoot to be set");
    if (!env.excess_blob_gas)
        env.excess_blob_gas =
            next_excess_blob_gas({env.parent_excess_blob_gas.value_or(0),
                                  env.parent_blob_gas_used.value_or(0), env.parent_base_fee.value_or(0)},
                                 rules);
}

}  // namespace warpevm::tools
