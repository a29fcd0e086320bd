// SPDX-License-Identifier: Apache-2.0
// A running call frame, as both interpreter loops and the shared instructions see it.
#pragma once

#include "evm/base/poison.hpp"
#include "evm/vm/machine.hpp"

namespace warpevm {

/// The part that does not depend on whether observations are recorded: all that the fast loop's own
/// instructions need.
struct FrameBase {
    const Message& message;
    const GasTable& gas_table;
    const BlockEnvironment& block;
    const TransactionEnvironment& transaction;
    Fork fork;
    /// Gas left, valid whenever an instruction of memory_ops, state_ops or call_ops is called.
    int64_t gas;
    /// The frame's memory: where it lies in the machine's segment, which never moves, and its size in bytes,
    /// a multiple of 32. What a callee was given as a view of it stays valid and unchanged while that callee
    /// runs.
    uint8_t* const memory;
    uint64_t memory_size = 0;
    /// How far it may grow without asking the machine's segment: a multiple of 32, never more than is true.
    uint64_t memory_capacity = 0;
    BytesView code;
    /// The frame's own stack: stack[0] is its bottom.
    U256* stack;
    /// Set by RETURN and REVERT: the output in memory.
    uint64_t output_offset = 0, output_size = 0;
    /// What the last callee returned.
    Bytes& return_data;

    [[nodiscard]] bool charge(int64_t amount) { return (gas -= amount) >= 0; }
    [[nodiscard]] const Prices& prices() const { return gas_table.prices; }
};

template <bool Recording>
struct Frame : FrameBase {
    Machine<Recording>& machine;
    Journal<Recording>& journal;

    Frame(Machine<Recording>& m, const Message& msg)
        : FrameBase{.message = msg,
                    .gas_table = m.gas_table(),
                    .block = m.block(),
                    .transaction = m.transaction(),
                    .fork = m.rules().fork,
                    .gas = msg.gas,
                    .memory = m.memory_top,
                    .memory_capacity = m.memory_left(),
                    .code = msg.code->bytes(),
                    .stack = m.stack_top,
                    .return_data = m.buffers().output(msg.depth + 1)},
          machine(m),
          journal(m.journal()) {}
    ~Frame() { poison(memory, memory_size); }
    Frame(const Frame&) = delete;
    Frame& operator=(const Frame&) = delete;
};

/// The plain loop: checks and charges one instruction at a time, and reports to the tracer where there is
/// one.
template <bool Recording>
Status run_plain(Frame<Recording>& frame);
/// The plain loop until the code has jumped so often that some of it must have run again and again; from
/// there on the fast loop.
template <bool Recording>
Status run_plain_at_first(Frame<Recording>& frame);
/// The same from position `pc` on, with `height` words on the frame's stack: where the fast loop meets a
/// stretch that must fail, this finds the precise reason.
template <bool Recording>
Status resume_plain(Frame<Recording>& frame, size_t pc, size_t height);

}  // namespace warpevm
