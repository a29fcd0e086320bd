// SPDX-License-Identifier: Apache-2.0
// What `warpevm t8n` is asked to do; names and defaults are those of geth's tool.
#pragma once

#include <cstdint>
#include <string>

namespace warpevm::tools {

struct T8nOptions {
    std::string input_alloc = "alloc.json";  ///< or "stdin"
    std::string input_env = "env.json";
    std::string input_txs = "txs.json";
    std::string input_blob_params;  ///< empty: the fork's own
    std::string state_fork = "GrayGlacier";
    uint64_t state_chainid = 1;
    std::string state_reward = "0";  ///< wei; -1: no reward and no touch
    bool state_test = false;         ///< only transactions: no system calls, withdrawals, requests or rewards
    std::string output_basedir;
    std::string output_result = "result.json";  ///< or "stdout", "stderr"; empty: nowhere
    std::string output_alloc = "alloc.json";
    std::string output_body;
    std::string opcode_count;  ///< a file; empty: not counted
    bool trace = false;
    bool trace_memory = false;
    bool trace_no_stack = false;
    bool trace_return_data = false;
    int verbosity = 0;     ///< geth's; nothing is logged
    bool ignored = false;  ///< options that ask for what is so anyway
};

}  // namespace warpevm::tools
