// SPDX-License-Identifier: Apache-2.0
// What `warpevm run` is asked to do.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/common/options.hpp"

namespace warpevm::tools {

enum class Verify : uint8_t {
    header,  ///< gas used, receipts root, logs bloom, and each root that the given state allows
    serial,  ///< the same, and a second execution by the serial backend, compared whole
    none,
};

struct RunOptions {
    std::vector<std::string> paths;
    std::string chain = "mainnet";
    unsigned repeat = 1;
    Verify verify = Verify::header;
    bool explain = false;
    bool window = false;    ///< consecutive blocks as one window
    std::string output;     ///< folder for receipts, logs and state differences
    std::string evm_trace;  ///< file for the EIP-3155 lines of transaction `tx`
    std::optional<size_t> tx;
    std::string report;  ///< HTML file
    std::string trace;   ///< Chrome trace events
    bool strict_state = false;
};

}  // namespace warpevm::tools
