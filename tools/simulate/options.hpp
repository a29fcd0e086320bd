// SPDX-License-Identifier: Apache-2.0
// What `warpevm simulate` is asked to do.
#pragma once

#include <cstdint>
#include <string>

namespace warpevm::tools {

struct SimulateOptions {
    std::string file;          ///< requests, a line each; - is standard input
    std::string block;         ///< the folder of the block before which calls happen
    std::string output = "-";  ///< answers
    std::string chain = "mainnet";
    uint64_t gas_cap = 50'000'000;
    size_t batch = 100'000;        ///< calls of one submission
    uint32_t lanes = 0;            ///< 0: by the device
    uint64_t lane_memory_mib = 0;  ///< likewise
    bool verify = false;           ///< execute again, serially, and compare
    bool strict_state = false;
};

}  // namespace warpevm::tools
