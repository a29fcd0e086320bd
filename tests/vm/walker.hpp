// SPDX-License-Identifier: Apache-2.0
// Executes a code's abstract form as lowered.hpp says it, one instruction after the other. It shares no
// handler and no emitter with the fast loop: where that is wrong and this is right, the lowering is not to
// blame.
#pragma once

#include <map>
#include <optional>

#include "evm/vm/call_ops.hpp"
#include "evm/vm/jumpdests.hpp"
#include "evm/vm/lowering/lowering.hpp"

namespace warpevm::test {

class Walker {
  public:
    using F = Frame<false>;
    /// `folding`: now: blocks as the fast loop asks for them; deferred: the whole code's, as a device has
    /// them.
    Walker(F& frame, lowering::Folding folding);
    /// Runs the frame to its end.
    Status run();
    /// How many instructions and block ends were executed, and how many of them were KECCAK256.
    [[nodiscard]] uint64_t steps() const { return m_steps; }
    [[nodiscard]] uint64_t hashes() const { return m_hashes; }

  private:
    using LoweredBlock = lowering::LoweredBlock;
    using LoweredInstruction = lowering::LoweredInstruction;
    using Operand = lowering::Operand;

    const LoweredBlock& block_at(size_t position);
    const U256& value(Operand o) const { return o.is_constant() ? m_block->constant(o) : m_sp[o.slot()]; }
    bool enter();
    Status execute(const LoweredInstruction& i);
    Status operate(uint8_t op, const U256 (&in)[7], U256& result);
    Status environment(uint8_t op, const U256 (&in)[7], U256& result);
    Status state(uint8_t op, const U256 (&in)[7], U256& result);
    Status memory(uint8_t op, const U256 (&in)[7], U256& result);
    Status call(uint8_t op, const U256 (&in)[7], U256& result);
    bool holds(const lowering::LoweredEnd& end) const;
    Status leave();

    F& f;
    bool m_has_all = false;
    lowering::Lowering m_lowering;
    std::map<size_t, LoweredBlock> m_blocks;  ///< by position
    const LoweredBlock* m_block = nullptr;
    U256* m_sp;
    size_t m_position = 0;
    int64_t m_gas;
    uint64_t m_steps = 0, m_hashes = 0;
    bool m_halted = false;
};

/// An operation on words; nothing where the opcode is none.
std::optional<U256> evaluate(uint8_t op, const U256& a, const U256& b, const U256& c);

/// A message call as Machine::call and run_code have it, its first frame by the walker.
FrameResult walk_call(Machine<false>& machine, const Message& message, lowering::Folding folding);

}  // namespace warpevm::test
