// SPDX-License-Identifier: Apache-2.0
// What `run --help` says of the files in a block's folder: which request of a node makes each, and what it
// lacks. README.md says the same with more words.
#pragma once

namespace warpevm::tools {

inline constexpr const char* run_help =
    "Files of a block's folder, each as the node answers (curl's output) or without the envelope:\n"
    "  block.json         eth_getBlockByNumber [N, true]; or debug_getRawBlock [N], also as raw_block.json\n"
    "                     lacks: whole ommers (the raw block has them)\n"
    "  prestate.json      debug_traceBlockByNumber [N, {\"tracer\": \"prestateTracer\",\n"
    "                     \"tracerConfig\": {\"includeEmpty\": true}}]; or an alloc, as genesis.json has it\n"
    "                     lacks, if a trace: what system calls and withdrawals read, targets of delegations\n"
    "                     set in the block; without includeEmpty what was empty\n"
    "  parent.json        eth_getBlockByNumber [N-1, false]: then the header is checked too, and the state\n"
    "                     root where the pre-state is whole\n"
    "  receipts.json      eth_getBlockReceipts [N]: each receipt is compared\n"
    "  block_hashes.json  {\"N\": \"0xhash\"}, or headers of ancestors in an array, for BLOCKHASH\n"
    "  touched_zero_slots.json  {\"0xaddress\": [\"0xslot\"]}: slots known to be zero\n"
    "Only the first two are needed. What is missing is assumed absent, counted and named; --strict-state\n"
    "makes it an error.\n"
    "Example: warpevm run build/data/blocks/19934116 --verify serial --json -";

}  // namespace warpevm::tools
