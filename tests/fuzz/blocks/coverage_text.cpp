// SPDX-License-Identifier: Apache-2.0
// The counters as they are printed.
#include <fmt/format.h>

#include "tests/fuzz/blocks/coverage.hpp"

namespace warpevm::fuzz {

std::string Coverage::text() const {
    static constexpr const char* kind_names[] = {"CALL",       "CALLCODE", "DELEGATECALL",
                                                 "STATICCALL", "CREATE",   "CREATE2"};
    std::string out = fmt::format(
        "{} blocks ({} invalid), {} transactions: {} succeeded, {} failed, {} logs; {} blocks compared with "
        "another t8n\n",
        blocks, invalid_blocks, transactions, succeeded, failed, logs, compared_with_other);
    out += "invalid:";
    for (size_t i = 0; i < errors_count; ++i)
        if (invalid[i] != 0) out += fmt::format(" {} {}", name(static_cast<ErrorCode>(i)), invalid[i]);
    out += "\nforks:";
    for (size_t i = 0; i < fork_count; ++i)
        out += fmt::format(" {} {}", name(static_cast<Fork>(i)), forks[i]);
    out += "\nframes (succeeded/failed):";
    for (size_t i = 0; i < kinds; ++i)
        out += fmt::format(" {} {}/{}", kind_names[i], frames[i].success, frames[i].failure);
    out += "\nframes ended:";
    for (size_t i = 0; i < statuses_count; ++i)
        if (statuses[i] != 0) out += fmt::format(" {} {}", name(static_cast<Status>(i)), statuses[i]);
    out += fmt::format("; no frame {}, creations refused {}\nprecompiles (succeeded/failed):",
                       calls_without_frame, creations_refused);
    for (size_t i = 1; i < precompiles_count; ++i)
        out += fmt::format(" {:#x} {}/{}", i == precompiles_count - 1 ? 0x100 : i, precompiles[i].success,
                           precompiles[i].failure);
    out += fmt::format(
        "\nat most: {} frames deep, {} bytes of memory in a frame, {} in all frames, {} words on a stack, {} "
        "on "
        "all stacks; {} frames grew past 1 MiB with input in memory\n",
        deepest, most_memory, most_shared_memory, most_words, most_live_words, grown_under_input);
    out += fmt::format("parallel: {} speculated, {} direct, {} stale and run again, {} times backed off\n",
                       speculated, direct, repeated, backed_off);
    out += "instructions never executed:";
    for (size_t i = 0; i < 256; ++i)
        if (i != OP_INVALID && gas_table(Fork::osaka).ops[i].defined && opcodes[i] == 0)
            out += fmt::format(" {}", opcode_name(static_cast<uint8_t>(i)));
    return out + '\n';
}

}  // namespace warpevm::fuzz
