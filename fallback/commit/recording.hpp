// SPDX-License-Identifier: Apache-2.0
// Records a window for the simulation: executes it in order, alone and on the table, and measures.
#pragma once

#include "evm/chain/context.hpp"
#include "evm/chain/executor.hpp"
#include "fallback/schedule/recorded.hpp"

namespace warpevm {

/// Times are the least of `rounds`. The window must be valid: else the error says what is not.
Result<RecordedWindow> record_window(ExecutionContext& context, std::span<const BlockInput> window,
                                     const StateView& state, const ExecutionOptions& options,
                                     unsigned rounds);

}  // namespace warpevm
