// SPDX-License-Identifier: Apache-2.0
// Which handler runs an instruction, by opcode and by where its operands come from.
#pragma once

#include "evm/vm/fast/instruction.hpp"

namespace warpevm::fast {

/// The operand that is a constant, if one is. At most one is: operations on constants only are folded away.
enum class ConstantOperand : uint8_t { none, first, second };

/// Reads a and b (or the constant in place of one), writes d.
Handler binary_handler(uint8_t opcode, ConstantOperand constant);
/// Reads a, writes d.
Handler unary_handler(uint8_t opcode);
/// ADDMOD, MULMOD: read a, b and extra, write d.
Handler ternary_handler(uint8_t opcode);
/// Instructions without operands that write d (ADDRESS, CALLER, MSIZE...), or null.
Handler environment_handler(uint8_t opcode);
/// MLOAD and CALLDATALOAD: read a (or take `number` where the offset is a constant), write d.
Handler load_handler(uint8_t opcode, bool constant_offset);
/// MSTORE: the offset from a or `number` (constant_offset), the value from b or, where it is constant, the
/// next record.
Handler store_handler(bool constant_offset, bool constant_value);

/// Compares a with b (or the constant, which then stands in the next record) and jumps to `link` if that gave
/// `when`.
Handler compare_branch_handler(uint8_t opcode, ConstantOperand constant, bool when);
/// Jumps to `link` where a is not zero (`when`) or zero (not `when`).
Handler test_branch_handler(bool when);

/// All relative to the block's stack pointer; block ends add `extra` (in bytes) to it.
extern const Handler
    enter_block;  ///< number: gas; a: bytes needed; b: highest surplus over that; d: position in the code
extern const Handler enter_and_jump;  ///< link; a: gas; b: needed, surplus << 16 in words; d: position;
                                      ///< extra: for blocks that only jump
extern const Handler charge_gas;      ///< number: gas
extern const Handler copy_slot;       ///< d = a
extern const Handler swap_slots;      ///< d <-> a
extern const Handler store_constant;  ///< d = *constant
extern const Handler move_stack;      ///< extra
extern const Handler jump_to_target;  ///< link; extra
extern const Handler jump_dynamic;    ///< a: where to; extra
extern const Handler branch_dynamic;  ///< a: where to, b: condition; extra
extern const Handler call_host;       ///< host
extern const Handler gas_left;        ///< d
extern const Handler halt;            ///< number: status
extern const Handler host_then_halt;  ///< host; a: status

}  // namespace warpevm::fast
