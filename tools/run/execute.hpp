// SPDX-License-Identifier: Apache-2.0
// Runs one block folder: reads, recovers senders, executes, and compares with what the input states.
#pragma once

#include <chrono>

#include "evm/chain/context.hpp"
#include "host/senders/senders.hpp"
#include "tools/run/input.hpp"
#include "tools/run/options.hpp"
#include "tools/run/report.hpp"
#include "tools/run/watched_state.hpp"

namespace warpevm::tools {

/// What all blocks of a run share. Read-only while they run.
struct RunPlan {
    RunOptions options;
    Backend backend;
    RulesSource rules;
    std::shared_ptr<SenderRecovery> senders;
};

/// Never throws for bad input; the report says what is wrong. `thread` labels the trace's spans.
BlockReport run_block(const std::filesystem::path& folder, const RunPlan& plan, ExecutionContext& context,
                      unsigned thread);

/// Blocks in a row whose numbers follow one another are executed as one window over the state before the
/// first of them. A block's time is its part of the window's, by gas.
std::vector<BlockReport> run_windows(std::span<const std::filesystem::path> folders, const RunPlan& plan,
                                     ExecutionContext& context);

/// What the keys are that a pre-state did not know; those that can have changed a transaction come first.
std::vector<AssumedRead> describe(const std::vector<MissingKey>& keys, const BlockFolder& folder);

/// Compares an outcome of a valid block with the block's members and its receipts; fills in the report.
void check_outcome(const BlockFolder& folder, const BlockInput& input, const BlockOutcome& outcome,
                   BlockReport& report);
/// The part of it that compares receipts.json, where there is one.
void check_receipts(const BlockFolder& folder, const BlockInput& input, const BlockOutcome& outcome,
                    BlockReport& report);
/// Checks the header against parent.json, where there is one; an error is the block's verdict.
Result<void> check_header(const BlockFolder& folder, const ChainConfig& chain, BlockReport& report);

/// The block's input; senders are recovered in one batch, or taken from `from` where there is no signature.
/// Hashes that differ from the given ones become mismatches.
Result<BlockInput> make_input(const BlockFolder& folder, BlockReport& report, SenderRecovery& senders);

/// Writes receipts.json, logs.json and state_diff.json, keys sorted, under `folder`/NUMBER. Throws UsageError
/// where it can't.
void write_outcome(const std::string& folder, const BlockFolder& block, const BlockInput& input,
                   const BlockOutcome& outcome);

}  // namespace warpevm::tools
