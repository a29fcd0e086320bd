// SPDX-License-Identifier: Apache-2.0
// What `simulate --help` says of requests and answers. README.md says the same with more words.
#pragma once

namespace warpevm::tools {

inline constexpr const char* simulate_help =
    "A request is a line: a call as eth_call takes it, or one of\n"
    "  {\"id\": ..., \"call\": {...}, \"stateOverrides\": {...}, \"blockOverrides\": {...}}\n"
    "  {\"id\": ..., \"calls\": [...], \"stateOverrides\": {...}, \"blockOverrides\": {...}}\n"
    "Each has its own copy of the state; `calls` happen one after the other on one copy. Overrides are\n"
    "geth's. As there, a call needs no nonce, its sender may be a contract, and where it offers no price "
    "the\n"
    "base fee is zero. Answers are lines in the same order:\n"
    "  {\"id\": ..., \"status\": \"success\", \"gasUsed\": \"0x...\", \"returnData\": \"0x...\", \"logs\": "
    "[...]}\n"
    "status: success, reverted, failed (an exceptional halt), invalid (nothing was executed) or error (the\n"
    "line can't be read, or the state is not known), with `error` where it is not success. Of `calls` the\n"
    "answers are an array of that name. --json FILE has counts, times and routes.\n"
    "Example: warpevm simulate calls.jsonl --block build/data/blocks/19934116 --verify serial > "
    "answers.jsonl";

}  // namespace warpevm::tools
