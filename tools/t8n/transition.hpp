// SPDX-License-Identifier: Apache-2.0
// One state transition from geth's inputs to geth's outputs.
#pragma once

#include <stdexcept>

#include "evm/chain/executor.hpp"
#include "evm/codec/json_env.hpp"
#include "evm/codec/json_transaction.hpp"
#include "evm/state/memory_state.hpp"
#include "tools/t8n/options.hpp"

namespace warpevm::tools {

/// geth's exit codes.
enum class T8nExit : int {
    ok = 0,
    evm = 2,
    config = 3,
    missing_block_hash = 4,
    json = 10,
    io = 11,
    rlp = 12
};

/// Ends the tool with its code; the sentence is printed.
struct T8nError : std::runtime_error {
    T8nError(T8nExit exit, const std::string& sentence) : std::runtime_error(sentence), code(exit) {}
    T8nExit code;
};
/// geth's code for an error of reading.
T8nError reading_error(const Error& error);

struct T8nInput {
    MemoryState alloc;
    json::GivenEnvironment env;
    std::vector<json::GivenTransaction> txs;
    std::optional<BlobSchedule> blobs;  ///< in place of the fork's
};

/// Reads the three inputs; transactions with a key are signed. Throws T8nError.
T8nInput read_t8n_input(const T8nOptions& options);

/// Fills in what the environment leaves to be computed, and refuses what geth refuses. Throws T8nError.
void complete_environment(json::GivenEnvironment& env, const Rules& rules);

/// Everything that the outputs are made from.
struct T8nTransition {
    Rules rules;
    const T8nInput& input;
    const BlockInput& block;
    const BlockOutcome& outcome;
};
/// The results as geth names them, the state afterwards, and the RLP of the included transactions; JSON text.
struct T8nOutputs {
    std::string result;
    std::string alloc;
    std::string body;
};
T8nOutputs make_outputs(const T8nTransition& transition);

/// Runs the tool; answers its exit code and prints what went wrong.
int run_t8n(const T8nOptions& options);

}  // namespace warpevm::tools
