// SPDX-License-Identifier: Apache-2.0
// A running call frame, as both interpreter loops and the shared instructions see it.
#pragma once

#include "evm/vm/machine.hpp"

namespace warpevm {

template <bool Recording>
struct Frame {
    Machine<Recording>& machine;
    Journal<Recording>& journal;
    const Message& message;
    const GasTable& gas_table;
    Fork fork;
    /// Gas left, valid whenever an instruction of instructions.hpp is called.
    int64_t gas;
    /// The frame's memory: begins at memory_begin in the machine's segment and has memory_size bytes, a multiple of 32.
    uint8_t* memory;
    uint64_t memory_size = 0;
    size_t memory_begin;
    BytesView code;
    /// The frame's own stack: stack[0] is its bottom.
    U256* stack;
    /// Set by RETURN and REVERT: the output in memory.
    uint64_t output_offset = 0, output_size = 0;

    Frame(Machine<Recording>& m, const Message& msg, BytesView code_bytes)
        : machine(m), journal(m.journal()), message(msg), gas_table(m.gas_table()), fork(m.rules().fork), gas(msg.gas),
          memory(m.buffers().memory() + m.memory_top), memory_begin(m.memory_top), code(code_bytes), stack(m.stack_top) {}

    [[nodiscard]] bool charge(int64_t amount) { return (gas -= amount) >= 0; }
    [[nodiscard]] const Prices& prices() const { return gas_table.prices; }
    [[nodiscard]] Bytes& return_data() const { return machine.buffers().output(message.depth + 1); }
};

/// The plain loop: checks and charges one instruction at a time, and reports to the tracer where there is one.
template <bool Recording>
Status run_plain(Frame<Recording>& frame);

}  // namespace warpevm
