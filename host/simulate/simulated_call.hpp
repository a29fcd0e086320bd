// SPDX-License-Identifier: Apache-2.0
// What is simulated, and what comes of it, as plain values.
#pragma once

#include <optional>
#include <vector>

#include "evm/base/result.hpp"
#include "evm/types/environment.hpp"
#include "evm/types/logs.hpp"
#include "evm/types/rules.hpp"
#include "evm/types/transaction.hpp"
#include "evm/vm/message.hpp"
#include "host/simulate/state_overrides.hpp"

namespace warpevm {

/// The block that calls see. Where a call offers no price at all, it sees a base fee of zero, and likewise
/// for blobs, as geth's eth_call has it: so it needs no funds for gas.
struct SimulatedBlock {
    Rules rules;
    BlockEnvironment environment;
};

/// Nonce and signature are not looked at: the nonce is that of the state.
struct SimulatedCall {
    Transaction tx;
    Address sender;
};

/// Calls on one copy of the pre-state: each sees what those before it did. What is pointed to may be shared
/// and must outlive the simulation.
struct SimulatedBundle {
    std::vector<SimulatedCall> calls;
    const SimulatedBlock* block = nullptr;
    /// Changes of the pre-state; null: none.
    const StateOverrides* overrides = nullptr;
};

enum class CallStatus : uint8_t {
    success,
    reverted,  ///< undone, with `output` as the reason
    failed,    ///< undone by an exceptional halt: see `halt`
    invalid,   ///< it breaks a rule that even a call is held to: see `error`. Nothing was executed
    no_answer  ///< the state is not known, or could not be read: see `error`. So it is for all after it
};
std::string_view name(CallStatus status);

struct CallResult {
    CallStatus status{};
    /// How the first frame ended.
    Status halt{};
    Error error{};
    /// After the refund, as in a receipt.
    uint64_t gas_used = 0;
    /// What was returned; of a creation, the deployed code.
    Bytes output{};
    Logs logs{};
    /// The contract that a creation made.
    std::optional<Address> created{};
    /// Reads that the state did not know and that were taken as absent, in order of first use in the bundle.
    std::vector<Address> assumed_accounts{};
    std::vector<SlotKey> assumed_slots{};
    bool operator==(const CallResult&) const = default;

    /// Bytes that it holds, about.
    [[nodiscard]] size_t size() const;
};

struct BundleResult {
    /// False: it was left out (SimulationOptions says when), and has no calls.
    bool is_done = false;
    /// One of each call.
    std::vector<CallResult> calls;
    bool operator==(const BundleResult&) const = default;
};

}  // namespace warpevm
