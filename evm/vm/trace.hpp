// SPDX-License-Identifier: Apache-2.0
// Watching execution instruction by instruction (EIP-3155). Only the plain loop calls this, and only when
// asked to.
#pragma once

#include <span>
#include <string>

#include "evm/vm/message.hpp"

namespace warpevm {

/// One instruction before it is executed.
struct TraceStep {
    uint64_t pc = 0;
    uint8_t opcode = 0;
    int64_t gas = 0;
    int64_t static_gas = 0;  ///< what the instruction costs before anything that depends on its operands
    int depth = 0;
    int64_t refund = 0;
    uint64_t memory_size = 0;
    std::span<const U256> stack;  ///< bottom first
    BytesView memory;
    BytesView return_data;
};

/// One instruction after it was executed.
struct StepEnd {
    /// Where it could not be paid for, below zero by what was missing.
    int64_t gas_left = 0;
    Status status{};  ///< how it ended the frame, if exceptionally
    int64_t refund = 0;
};

/// How a transaction ended.
struct TraceEnd {
    Status status{};  ///< of its first frame
    bool is_create = false;
    uint64_t gas_used = 0;
    /// Without intrinsic gas and refunds.
    uint64_t frame_gas_used = 0;
    BytesView output;
};

class Tracer {
  public:
    virtual ~Tracer() = default;
    virtual void on_step(const TraceStep& step) = 0;
    /// The instruction announced last has paid its price (for calls with the gas it hands on), which has left
    /// `gas_left`. Its end is announced after the callee's instructions, where there are any: a call may
    /// still fail without entering a frame, and get back what it handed on.
    virtual void on_enter(int64_t gas_left) = 0;
    /// The instruction announced last has ended.
    virtual void on_step_done(const StepEnd& end) = 0;
    virtual void on_transaction_done(const TraceEnd& end) = 0;
};

}  // namespace warpevm
