// SPDX-License-Identifier: Apache-2.0
// Reads requests: a line of JSON with a call as geth's eth_call takes it, or with several, and with its state
// and block overrides.
#pragma once

#include <memory>
#include <string>

#include "evm/codec/json.hpp"
#include "host/simulate/simulated_call.hpp"
#include "tools/run/rules_source.hpp"

namespace warpevm::tools {

/// Calls of one bundle, which share a copy of the state.
inline constexpr size_t most_bundle_calls = 10'000;

/// What requests are read against.
struct RequestContext {
    const SimulatedBlock& block;
    /// What tells the rules where a request moves its block, and what is known of the merge.
    const RulesSource& rules;
    MergeHints hints;
    uint64_t gas_cap = 0;
};

/// A line. `bundle` refers to what stands beside it, which stays where it is when the request is moved.
struct Request {
    std::string id;  ///< as JSON
    bool has_several_calls = false;
    std::unique_ptr<SimulatedBlock> own_block;
    std::unique_ptr<StateOverrides> overrides;
    SimulatedBundle bundle;
};

/// `name` stands for the line in messages; `number` is its id where it has none.
Result<Request> read_request(std::string_view line, const std::string& name, uint64_t number,
                             const RequestContext& context);

}  // namespace warpevm::tools
