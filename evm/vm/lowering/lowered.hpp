// SPDX-License-Identifier: Apache-2.0
// The abstract form of a code: what a basic block does, without a stack inside it and without a word about
// who runs it. Operands and results are slots relative to where the stack pointer is when the block begins,
// or constants; pushes, duplications, swaps and pops are gone. The CPU's fast loop and the device's images
// are made from it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "evm/base/u256.hpp"
#include "evm/vm/message.hpp"
#include "evm/vm/opcodes.hpp"

namespace warpevm::lowering {

/// A slot, in words relative to the block's stack pointer (-1 was on top when the block began), or the index
/// of one of the block's constants.
class Operand {
  public:
    Operand() = default;
    static constexpr Operand slot(int32_t slot) { return Operand(slot); }
    static constexpr Operand constant(int32_t index) { return Operand(first_constant + index); }

    [[nodiscard]] constexpr bool is_constant() const { return m_bits >= first_constant; }
    [[nodiscard]] constexpr int32_t slot() const { return m_bits; }
    [[nodiscard]] constexpr size_t index() const { return static_cast<size_t>(m_bits - first_constant); }
    bool operator==(const Operand&) const = default;

  private:
    /// No slot lies so far from the stack pointer.
    static constexpr int32_t first_constant = 1 << 20;
    explicit constexpr Operand(int32_t bits) : m_bits(bits) {}
    int32_t m_bits = 0;
};

/// What an instruction does: an opcode of the EVM, or one of these.
enum Action : uint16_t {
    COPY = 256,  ///< in[0], a slot or a constant, to the result
    SWAP,        ///< exchanges the slots in[0] and result
    CHARGE,  ///< the static gas of the stretch that begins here; what is left may be negative from here on
};

/// One instruction. GT and SGT do not occur: their operands are exchanged. Results are written after all
/// operands are read, and may share a slot with one.
///
/// Gas: the static gas of a stretch is charged where it begins (on entry of the block, or by CHARGE). A
/// stretch ends with whatever looks at the gas left or hands it on: GAS, SSTORE, calls, creations. Inside it
/// the gas counter is ahead by `charged_ahead`, and may be negative. An instruction that charges by its
/// operands, or whose effect outlives the frame, must have gas + charged_ahead >= 0 first, or the frame is
/// out of gas.
struct LoweredInstruction {
    uint16_t action = 0;
    uint8_t inputs = 0;
    bool has_result = false;
    int32_t result = 0;  ///< a slot
    Operand in[7];
    /// CHARGE: the stretch's static gas. Others: the static gas of the stretch's instructions after this one,
    /// which is charged already.
    int64_t gas = 0;
};

/// How a block ends, after its instructions.
struct LoweredEnd {
    enum Kind : uint8_t {
        jump,          ///< to target
        branch,        ///< to target if the condition holds, else to `next`
        fall_through,  ///< to `next`: a jump destination, or where a long block was cut
        halt,          ///< the frame ends with `status`, if its gas is not negative
        output         ///< likewise, by the block's last instruction: RETURN, REVERT or SELFDESTRUCT
    };
    Kind kind = halt;
    Status status = Status::success;
    /// branch: LT, SLT or EQ of a and b, or ISZERO of a: the block jumps if that gives `when`.
    uint8_t condition = OP_ISZERO;
    bool when = false;
    Operand a, b;
    Operand target;  ///< jump, branch: a constant is a position in the code, which may be no jump destination
    int32_t change = 0;  ///< words that the stack pointer moves by, where another block follows
    size_t next = 0;     ///< the position after the block
};

/// A constant that is not known yet, since nobody folded it: `opcode` of the constants a and b (of a alone
/// for ISZERO, NOT and CLZ), which come before it.
struct Expression {
    int32_t constant = 0;
    uint8_t opcode = 0;
    int32_t a = 0, b = 0;

    [[nodiscard]] bool is_unary() const {
        return opcode == OP_ISZERO || opcode == OP_NOT || opcode == OP_CLZ;
    }
};

/// Whether the constant is none of the expressions, which are in the order of their constants.
inline bool is_known(const std::vector<Expression>& expressions, int32_t constant) {
    return !std::ranges::binary_search(expressions, constant, {}, &Expression::constant);
}

/// Runs if the stack holds `needs` words and no more than 1024 - `growth`, and the gas is at least `gas`;
/// otherwise the frame fails somewhere in this block, and running it instruction by instruction tells where.
struct LoweredBlock {
    size_t position = 0;
    int64_t gas = 0;  ///< of the first stretch, charged on entry
    int32_t needs = 0, growth = 0;
    std::vector<LoweredInstruction> instructions;
    LoweredEnd end;
    std::vector<U256> constants;
    std::vector<Expression> expressions;  ///< in the order of their constants
    /// Slots from 0 to before `first_spare` hold values of the block; before `slots_end`, what moving them
    /// takes.
    int32_t first_spare = 0, slots_end = 0;
    /// Free for what reads `end`.
    int32_t spare_at_end = 0;

    [[nodiscard]] const U256& constant(Operand o) const { return constants[o.index()]; }
    /// Whether the operand is a constant with a value.
    [[nodiscard]] bool is_known(Operand o) const {
        return o.is_constant() && lowering::is_known(expressions, static_cast<int32_t>(o.index()));
    }
};

}  // namespace warpevm::lowering
