// SPDX-License-Identifier: Apache-2.0
// Runs something in a process of its own, so that a crash is a result, and measures what it takes.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "evm/base/bytes.hpp"

namespace warpevm::adversarial {

/// What the state view was asked for.
struct Reads {
    uint64_t accounts = 0, slots = 0, codes = 0, code_bytes = 0, block_hashes = 0;
};

/// What the measured piece of work answers; plain bytes, which travel through a pipe.
struct Answer {
    Hash digest;  ///< over all that must not depend on who computed it
    uint64_t gas = 0;
    Reads reads;
    char error[200]{};
};

struct Measured {
    /// Empty: it ended well.
    std::string failure;
    Answer answer;
    double seconds = 0;       ///< of all its threads' processor time
    uint64_t peak_bytes = 0;  ///< above what it had when the work began
};

/// What is to be measured, made ready, and what it came to, asked afterwards.
struct Work {
    std::function<void()> run;
    std::function<Answer()> answer;
};

struct ChildSettings {
    /// Bytes of the stack of the thread that does the work; absent: the process's own.
    std::optional<size_t> stack;
    /// Of processor time, after which it is killed.
#if defined(WARPEVM_SANITIZED)
    unsigned seconds = 120;
#else
    unsigned seconds = 20;
#endif
};

/// `prepare` runs in the child too, unmeasured and on a large stack, as `answer` does.
Measured in_child(const std::function<Work()>& prepare, const ChildSettings& settings = {});

}  // namespace warpevm::adversarial
