// SPDX-License-Identifier: Apache-2.0
#include "tools/t8n/tracers.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "evm/vm/opcodes.hpp"

namespace warpevm::tools {

std::string OpcodeCounter::json() const {
    nlohmann::json counts = nlohmann::json::object();
    for (size_t op = 0; op < m_counts.size(); ++op) {
        if (m_counts[op] == 0) continue;
        const char* const name = opcode_name(static_cast<uint8_t>(op));
        counts[name != nullptr ? name : fmt::format("0x{:02x}", op)] = m_counts[op];
    }
    return counts.dump(1);
}

}  // namespace warpevm::tools
