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
    std::string state_fork = "GrayGlacier";
    uint64_t state_chainid = 1;
    std::string state_reward = "0";  ///< wei; -1: no reward and no touch
    std::string output_basedir;
    std::string output_result = "result.json";  ///< or "stdout", "stderr"
    std::string output_alloc = "alloc.json";
    std::string output_body;
    bool trace = false;
};

}  // namespace warpevm::tools
