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
    int depth = 0;
    int64_t refund = 0;
    uint64_t memory_size = 0;
    std::span<const U256> stack;  ///< bottom first
    BytesView memory;
    BytesView return_data;
};

class Tracer {
  public:
    virtual ~Tracer() = default;
    virtual void on_step(const TraceStep& step) = 0;
    /// The instruction announced last is about to run a callee; its price (for calls with the gas it hands
    /// on) has left `gas_left`. Its end is announced after the callee's instructions.
    virtual void on_enter(int64_t gas_left) = 0;
    /// The instruction announced last has ended: what it cost, and how, if it ended the frame exceptionally.
    virtual void on_step_done(int64_t gas_left, Status status) = 0;
    virtual void on_transaction_done(bool success, uint64_t gas_used, BytesView output) = 0;
};

}  // namespace warpevm
