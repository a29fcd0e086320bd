// SPDX-License-Identifier: Apache-2.0
// The one executor signature: a window of blocks over one pre-state in, one outcome per block out.
// This header declares the serial executor, which is the definition of correct.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "evm/base/result.hpp"
#include "evm/chain/outcome.hpp"
#include "evm/state/state_roots.hpp"
#include "evm/state/state_view.hpp"
#include "evm/types/block_input.hpp"

namespace warpevm {

class ExecutionContext;

enum class OnInvalid : uint8_t {
    reject_block,  ///< the first invalid transaction makes the block invalid
    /// It is left out and the rest goes on (t8n, block building). A block whose requests fail has a verdict
    /// that says so, and beside it the outcome of all that went before.
    skip,
};
enum class OnMissingState : uint8_t {
    fail,           ///< the error missing_state
    assume_absent,  ///< counted in the outcome
};

enum class Reward : uint8_t {
    protocol,  ///< 5, 3 or 2 ether before Paris, with the ommers' shares
    fixed,     ///< `fixed_reward` in place of it, under any fork; zero still touches the beneficiary (state
               ///< tests, t8n)
    none,      ///< nobody is credited or touched
};

struct ExecutionOptions {
    OnInvalid on_invalid = OnInvalid::reject_block;
    OnMissingState on_missing_state = OnMissingState::fail;
    /// System calls and requests (EIP-4788, 2935, 6110, 7002, 7251). State tests run without.
    bool system_calls = true;
    /// A system contract without code is skipped instead of making the block invalid (partial pre-states).
    bool allow_missing_system_contracts = false;
    /// The miner's reward before Paris, or what replaces it.
    Reward reward = Reward::protocol;
    /// Wei, for Reward::fixed.
    U256 fixed_reward;
    /// Forms the state roots in receipts before Byzantium; absent: the receipts are formed without.
    BeginStateRoots state_roots;
};

/// Executes the blocks in order. The window ends after the first invalid block (whose outcome says why).
/// An Error means that no verdict was possible, never that a block is invalid: state is missing, a read of it
/// failed (the first such key in block order is named), something that the caller gave threw an exception, or
/// memory ran out. Nothing is thrown, and the context is as usable as before.
Result<std::vector<BlockOutcome>> execute_serial(ExecutionContext& context,
                                                 std::span<const BlockInput> window, const StateView& state,
                                                 const ExecutionOptions& options);

}  // namespace warpevm
